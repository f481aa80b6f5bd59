"""Addresses of ClickHouse, migrations, and the translation of its errors."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from otel_replay.errors import ConfigError, UnavailableError
from otel_replay.storage import clickhouse
from otel_replay.storage.clickhouse import Address, Database, QueryError
from otel_replay.storage.migrate import migrate
from otel_replay.storage.queries import statements


def test_addresses_of_both_kinds() -> None:
    embedded = Address.parse("chdb:///var/lib/x?database=shop")
    assert (embedded.embedded_path, embedded.database) == (Path("/var/lib/x"), "shop")
    server = Address.parse("https://u:secret@ch.example.com:8443/shop")
    assert (server.embedded_path, server.database) == (None, "shop")
    assert Address.parse("http://localhost:8123").database == "otel"


@pytest.mark.parametrize(
    "url",
    ["", "chdb://", "chdb://relative/path", "chdb:/path", "http://", "http://[::1", "tcp://h:9000"],
)
def test_a_wrong_address_names_the_forms(url: str) -> None:
    with pytest.raises(ConfigError, match="chdb:///path or http"):
        Address.parse(url)


def test_a_database_has_a_plain_name() -> None:
    with pytest.raises(ConfigError, match="chdb:///path or http"):
        Address.parse("http://h/a;drop")


def test_a_password_is_never_shown() -> None:
    with pytest.raises(ConfigError) as error:
        Address.parse("tcp://me:hunter2@h/db")
    assert "hunter2" not in str(error.value)
    away = Database(Address.parse("http://me:hunter2@127.0.0.1:9/db"))
    with pytest.raises(UnavailableError, match="is away") as outage:
        away.query("SELECT 1")
    assert "hunter2" not in str(outage.value)


def test_a_refused_statement_has_clickhouses_number(database: Database) -> None:
    with pytest.raises(QueryError) as error:
        database.query("SELECT no_such_column")
    assert error.value.code == 47
    assert database.query("SELECT 1 AS one") == [{"one": 1}]


def test_threads_query_side_by_side(database: Database) -> None:
    results: list[int] = []

    def work(number: int) -> None:
        results.append(database.query("SELECT {n:UInt32} AS n", {"n": number})[0]["n"])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(8))


def test_migrations_are_applied_once_and_an_interrupted_one_is_repaired(
    database: Database,
) -> None:
    assert migrate(database) == []
    database.command(
        "ALTER TABLE otel_replay_migrations DELETE WHERE Name = '0005_session_events'",
        settings={"mutations_sync": 2},
    )
    assert migrate(database) == ["0005_session_events"]


def test_statements_end_at_a_semicolon_that_ends_a_line() -> None:
    assert statements("SELECT ';' ;\n\n-- c\nSELECT 2;\n") == ["SELECT ';'", "-- c\nSELECT 2"]


def test_a_server_that_is_too_old_is_said_so(
    engine_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clickhouse, "OLDEST", (99, 1))
    database = Database(Address.parse(f"chdb://{engine_path}?database=old"))
    with pytest.raises(ConfigError, match=r"is version 26\.9.*: otel-replay needs 99\.1 or later"):
        database.query("SELECT 1")

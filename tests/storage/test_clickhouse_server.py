"""ClickHouse over HTTP: a server of the tests' own with the real engine, and one that fails."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from otel_replay.errors import UnavailableError
from otel_replay.storage import clickhouse
from otel_replay.storage.clickhouse import Address, Database, QueryError
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.faults import FaultyProxy
from tests.support.otlp import span, traces_request


def test_it_migrates_stores_and_answers(clickhouse_server: ClickHouseServer) -> None:
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(clickhouse_server.url(name)))
    migrate(database)
    create_ingest_tables(database)
    request = traces_request([span(name="it's here")])
    OtlpInserter(database, SIGNALS["traces"])([request.SerializeToString()])
    assert database.query(
        "SELECT SpanName FROM otel_traces WHERE SpanName = {name:String}", {"name": "it's here"}
    ) == [{"SpanName": "it's here"}]
    with pytest.raises(QueryError) as error:
        database.query("SELECT no_such_column")
    assert error.value.code == 47
    with clickhouse_server.away(), pytest.raises(UnavailableError):
        database.query("SELECT 1")
    assert clickhouse_server.sql("SELECT count() AS n FROM otel_traces", name) == [{"n": 1}]


def test_it_is_asked_as_distributed_tables_need_it(clickhouse_server: ClickHouseServer) -> None:
    database = Database(Address.parse(clickhouse_server.url("default")))
    names = list(clickhouse.SERVER_SETTINGS)
    rows = database.query(
        "SELECT name, value FROM system.settings WHERE name IN {names:Array(String)}",
        {"names": names},
    )
    expected = {name: str(value) for name, value in clickhouse.SERVER_SETTINGS.items()}
    assert {row["name"]: row["value"] for row in rows} == expected


@pytest.fixture
def proxy(clickhouse_server: ClickHouseServer) -> Iterator[FaultyProxy]:
    """A way to the server that fails to order, whatever the statement."""
    with FaultyProxy(clickhouse_server.port) as proxy:
        proxy.only_inserts = False
        yield proxy


def test_a_server_that_says_nothing_is_away(
    proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clickhouse, "SILENCE_S", 1)
    database = Database(Address.parse(proxy.url("default")))
    database.query("SELECT 1")
    with proxy.failing("hang"), pytest.raises(UnavailableError, match="is away: Read timed out"):
        database.query("SELECT 1")
    assert database.query("SELECT 1 AS one") == [{"one": 1}]


def test_a_server_that_refuses_is_away_in_one_line(proxy: FaultyProxy) -> None:
    database = Database(Address.parse(proxy.url("default")))
    proxy.refuse()
    with pytest.raises(UnavailableError, match="Connection refused") as error:
        database.query("SELECT 1")
    assert "query_id" not in str(error.value)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_an_answer_that_is_not_clickhouses_own_tells_nothing_of_the_statement(
    proxy: FaultyProxy, status: int
) -> None:
    database = Database(Address.parse(proxy.url("default")))
    database.query("SELECT 1")
    proxy.error = (status, 0, "<html>no upstream</html>")
    with proxy.failing("error"), pytest.raises(UnavailableError):
        database.insert("nowhere", [{"x": 1}])


def test_clickhouses_own_errors_keep_their_number(proxy: FaultyProxy) -> None:
    database = Database(Address.parse(proxy.url("default")))
    database.query("SELECT 1")
    proxy.error = (500, 252, "Too many parts. (TOO_MANY_PARTS)")
    with proxy.failing("error"), pytest.raises(QueryError) as error:
        database.insert_bytes("nowhere", b"1", "CSV", {})
    assert error.value.code == 252

"""What the Collector's exporter, Grafana and HyperDX send: it runs unchanged on our tables.

The statements are ours, from the columns and functions that these programs are known to use. They
run on the tables of both kinds of servers: with a full-text index from 26.2 on, and below.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import flask.testing
import pytest

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate, migrations
from otel_replay.storage.queries import statements
from otel_replay_ui.sql import create_sql_app

TRACE = "0af7651916cd43dd8448eb211c80319c"
SESSION = "5e551075e551075e551075e551075e55"
VERSIONS = {"26.9": (26, 9), "26.1": (26, 1)}
READERS = Path(__file__).parent / "readers"


def text(file: str, database: Database) -> str:
    """A statement, with the name of the database in place of the usual one."""
    read = (READERS / file).read_text(encoding="utf-8")
    return read.replace("default_db", database.address.database)


@pytest.fixture(scope="module", params=VERSIONS)
def filled(request: pytest.FixtureRequest, engine_path: Path) -> Iterator[Database]:
    """Tables as a server of that version has them, with what the exporter inserted."""
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(f"chdb://{engine_path}?database={name}"))
    migrate(database, VERSIONS[request.param])
    for file in ("exporter_logs.sql", "exporter_traces.sql"):
        for statement in statements(text(file, database)):
            database.command(statement)
    yield database
    database.command(f"DROP DATABASE `{name}` SYNC")
    database.close()


def client_of(database: Database) -> flask.testing.FlaskClient:
    return create_sql_app(database.address).test_client()


def asked(database: Database, file: str) -> list[dict[str, Any]]:
    """The rows that a reader gets at the SQL address."""
    query = {"default_format": "JSON", "database": database.address.database}
    client = client_of(database)
    response = client.post("/", data=text(file, database).encode(), query_string=query)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.get_json(force=True)["data"]
    return rows


def test_the_exporters_rows_have_their_session(filled: Database) -> None:
    assert filled.query("SELECT SessionId, Body FROM otel_logs") == [
        {"SessionId": SESSION, "Body": "payment declined for order 17"}
    ]
    assert filled.query("SELECT SessionId, TraceId FROM session_traces FINAL") == [
        {"SessionId": SESSION, "TraceId": TRACE}
    ]


def test_tables_that_the_exporter_would_create_are_there_already(filled: Database) -> None:
    for table in ("otel_logs", "otel_traces", "otel_traces_trace_id_ts"):
        filled.command(f"CREATE TABLE IF NOT EXISTS {table} (x UInt8) ENGINE = Null")
    filled.command(
        "CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_trace_id_ts_mv"
        " TO otel_traces_trace_id_ts AS SELECT TraceId, min(Timestamp) AS Start,"
        " max(Timestamp) AS End FROM otel_traces WHERE TraceId != '' GROUP BY TraceId"
    )


def test_grafana_lists_logs(filled: Database) -> None:
    assert asked(filled, "grafana_logs.sql") == [
        {
            "timestamp": "2026-01-02 03:04:05.000000000",
            "body": "payment declined for order 17",
            "level": "ERROR",
            "labels": {"session.id": SESSION, "order": "17"},
            "traceID": TRACE,
        }
    ]


def test_grafana_counts_logs_over_time(filled: Database) -> None:
    (row,) = asked(filled, "grafana_volume.sql")
    assert (row["error"], row["info"]) == (1, 0)


def test_grafana_shows_a_trace(filled: Database) -> None:
    first, second = asked(filled, "grafana_trace.sql")
    assert (first["operationName"], first["duration"], first["statusCode"]) == ("POST", 900, 0)
    assert second["tags"] == [{"key": "http.route", "value": "/charge"}]
    (event,) = second["logs"]
    assert event["name"] == "exception"
    assert {"key": "exception.type", "value": "CardError"} in event["fields"]
    assert second["references"] == []


def test_grafana_searches_traces(filled: Database) -> None:
    assert asked(filled, "grafana_search.sql") == [
        {
            "traceID": TRACE,
            "serviceName": "shop-web",
            "operationName": "POST",
            "startTime": "2026-01-02 03:04:05.000000000",
            "duration": 900,
        }
    ]


def test_grafana_takes_the_schema_for_the_present_one(filled: Database) -> None:
    names = {row["name"] for row in asked(filled, "grafana_columns.sql")}
    assert {"Timestamp", "Body", "SeverityText", "TraceId", "LogAttributes"} <= names
    assert "TimestampTime" not in names


def test_hyperdx_searches_logs_by_words(filled: Database) -> None:
    (row,) = asked(filled, "hyperdx_search.sql")
    assert row["Body"] == "payment declined for order 17"
    assert row["ServiceName"] == "shop"


def test_hyperdx_learns_the_keys_of_attributes(filled: Database) -> None:
    assert asked(filled, "hyperdx_keys.sql") == [{"keys": ["order", "session.id"]}]


def test_hyperdx_lists_sessions(filled: Database) -> None:
    (row,) = asked(filled, "hyperdx_sessions.sql")
    assert (row["sessionId"], row["sessionCount"], row["errorCount"]) == (SESSION, 1, 0)


def test_servers_from_26_2_on_get_a_full_text_index_and_others_do_not() -> None:
    def indexes(version: tuple[int, int]) -> list[str]:
        made = [s for m in migrations(version) for s in m.statements]
        return [line.strip() for s in made for line in s.splitlines() if "idx_body" in line]

    before = "INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8"
    assert indexes((26, 1)) == [before]
    assert indexes((26, 2)) == [
        before,
        "ALTER TABLE otel_logs ADD INDEX IF NOT EXISTS idx_body_text Body"
        " TYPE text(tokenizer = 'splitByNonAlpha')",
        "ALTER TABLE otel_logs DROP INDEX IF EXISTS idx_body",
    ]
    folder = resources.files("otel_replay.storage") / "migrations"
    assert len(migrations((26, 2))) == len([f for f in folder.iterdir() if f.name[0].isdigit()])


def test_a_server_that_was_upgraded_gets_the_index(engine_path: Path) -> None:
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(f"chdb://{engine_path}?database={name}"))
    migrate(database, (26, 1))
    assert migrate(database) == ["0033_body_index"]
    rows = database.query(
        "SELECT name, type FROM system.data_skipping_indices WHERE database = currentDatabase()"
        " AND table = 'otel_logs' AND expr = 'Body'"
    )
    assert rows == [{"name": "idx_body_text", "type": "text"}]
    database.command(f"DROP DATABASE `{name}` SYNC")
    database.close()

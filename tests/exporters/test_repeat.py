"""A batch that comes again is there once, whatever ClickHouse kept of it and of its token."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_replay.storage.clickhouse import Database
from otel_replay.telemetry import ExportRequest, SignalName
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.repeat import Repeat
from otel_replay_exporters.clickhouse.signals import SIGNALS
from tests.exporters.test_tokens import Added, metrics, spans
from tests.support.database import temporary_database
from tests.support.otlp import logs_request

_TICK = logs_request([{"time_unix_nano": 1, "body": "tick"}] * 2).SerializeToString()
SPANS = ExportRequest("traces", spans(6, days=3), records=6)
LOGS = ExportRequest("logs", _TICK, records=2)
METRICS = ExportRequest("metrics", metrics(), records=2)


@pytest.fixture(scope="module")
def database(engine_path: Path) -> Iterator[Database]:
    """One for all of these tests: they look at what is added."""
    with temporary_database(engine_path) as database:
        create_ingest_tables(database)
        yield database


class Attempt:
    """A batch that was inserted under a token of its own, and can be inserted again."""

    def __init__(self, database: Database, request: ExportRequest) -> None:
        self.database = database
        self.token = secrets.token_hex(8)
        self._request = request
        self._insert = OtlpInserter(database, SIGNALS[request.signal])
        self._insert([request.data], self.token)

    def lose(self, table: str, which: str = "true") -> None:
        """The state after an end between the token and the rows: the one is there without the
        others."""
        sql = f"DELETE FROM {table} WHERE Batch = {{batch:String}} AND {which}"
        self.database.command(sql, {"batch": self.token})

    def repeat(self) -> None:
        Repeat(self.database, SIGNALS[self._request.signal], self._insert)(
            [self._request], self.token
        )


@pytest.mark.parametrize(
    ("request_", "lost", "which", "stored"),
    [
        (SPANS, "otel_traces", "true", {"otel_traces": 6, "session_traces": 6}),
        (SPANS, "otel_traces", "toDate(Timestamp) = yesterday()", {"otel_traces": 6}),
        (LOGS, "otel_logs", "true", {"otel_logs": 2}),
        (METRICS, "otel_metrics_sum", "true", {"otel_metrics_gauge": 1, "otel_metrics_sum": 1}),
    ],
    ids=["spans", "one of three days", "equal records", "one of two tables"],
)
def test_what_clickhouse_only_believes_to_have_is_stored_anew(
    database: Database, request_: ExportRequest, lost: str, which: str, stored: dict[str, int]
) -> None:
    added = Added(database, *stored)
    attempt = Attempt(database, request_)
    attempt.lose(lost, which)
    assert added.rows() != stored
    for _ in range(3):
        attempt.repeat()
        assert added.rows() == stored


def test_what_was_stored_anew_may_be_lost_again(database: Database) -> None:
    added = Added(database, "otel_traces")
    attempt = Attempt(database, SPANS)
    for _ in range(2):
        attempt.lose("otel_traces")
        attempt.repeat()
        assert added.rows() == {"otel_traces": 6}


@pytest.mark.parametrize("request_", [SPANS, LOGS, METRICS], ids=lambda r: r.signal)
def test_what_is_there_is_left_as_it_is(
    database: Database, request_: ExportRequest, caplog: pytest.LogCaptureFixture
) -> None:
    tables = [table.name for table in SIGNALS[request_.signal].tables]
    added = Added(database, *tables)
    attempt = Attempt(database, request_)
    once = added.rows()
    with caplog.at_level(logging.WARNING):
        attempt.repeat()
    assert added.rows() == once
    assert caplog.text == ""


def test_an_equal_batch_is_not_taken_for_it(database: Database) -> None:
    """Senders repeat themselves: the same records may have come in another batch, too."""
    added = Added(database, "otel_logs")
    attempt = Attempt(database, LOGS)
    Attempt(database, LOGS)
    attempt.lose("otel_logs")
    attempt.repeat()
    assert added.rows() == {"otel_logs": 4}


def test_a_batch_that_cannot_be_counted_is_rather_there_twice(
    engine_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    signal: SignalName = "logs"
    with temporary_database(engine_path) as database:
        create_ingest_tables(database)
        database.command("ALTER TABLE otel_logs DROP COLUMN Batch")
        added = Added(database, "otel_logs")
        insert = OtlpInserter(database, SIGNALS[signal])
        insert([LOGS.data], "token")
        Repeat(database, SIGNALS[signal], insert)([LOGS], "token")
        assert added.rows() == {"otel_logs": 4}
    assert "may be there twice" in caplog.text


def test_other_programs_rows_belong_to_no_batch(database: Database) -> None:
    body = secrets.token_hex(8)
    database.insert("otel_logs", [{"Body": body}])
    (row,) = database.query(
        "SELECT Batch FROM otel_logs WHERE Body = {body:String}", {"body": body}
    )
    assert row == {"Batch": ""}

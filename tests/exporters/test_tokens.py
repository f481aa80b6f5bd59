"""A batch that is inserted again under its token is stored once, in every table it goes to."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_exporters.split import write_in_parts
from tests.support.database import temporary_database
from tests.support.otlp import logs_request, span, traces_request

_DAY_NS = 86_400 * 10**9


def spans(number: int, days: int = 1) -> bytes:
    """A request of so many spans of a browser session's traces, spread over so many days."""
    now = time.time_ns()
    request: bytes = traces_request(
        [
            span(
                trace_id=secrets.token_bytes(16),
                span_id=secrets.token_bytes(8),
                start_time_unix_nano=now - n % days * _DAY_NS,
                attributes={"session.id": secrets.token_hex(16)},
            )
            for n in range(number)
        ]
    ).SerializeToString()
    return request


def metrics() -> bytes:
    """A request with a gauge and a sum."""
    request = ExportMetricsServiceRequest()
    found = request.resource_metrics.add().scope_metrics.add().metrics
    found.add(name="g").gauge.data_points.add(time_unix_nano=time.time_ns(), as_int=1)
    found.add(name="s").sum.data_points.add(time_unix_nano=time.time_ns(), as_int=1)
    return bytes(request.SerializeToString())


def rows(database: Database, table: str) -> int:
    """How many rows a table has, copies that will merge counted once."""
    engine = database.query(
        "SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = {t:String}",
        {"t": table},
    )[0]["engine"]
    final = "" if engine == "MergeTree" else " FINAL"
    return int(database.query(f"SELECT count() AS n FROM {table}{final}")[0]["n"])


@pytest.fixture(scope="module")
def database(engine_path: Path) -> Iterator[Database]:
    """One for all of these tests: they look at what is added."""
    with temporary_database(engine_path) as database:
        create_ingest_tables(database)
        yield database


class Added:
    """Rows that were added to tables since it was made."""

    def __init__(self, database: Database, *tables: str) -> None:
        self._database = database
        self._before = {table: rows(database, table) for table in tables}

    def rows(self) -> dict[str, int]:
        return {t: rows(self._database, t) - before for t, before in self._before.items()}


@pytest.fixture
def token() -> str:
    """One that no other test has."""
    return secrets.token_hex(8)


@pytest.mark.parametrize(
    ("signal", "request_bytes", "stored"),
    [
        ("traces", spans(5), {"otel_traces": 5, "session_traces": 5}),
        ("traces", spans(6, days=3), {"otel_traces": 6, "session_traces": 6}),
        (
            "logs",
            logs_request([{"time_unix_nano": 1, "body": "same"}] * 2).SerializeToString(),
            {"otel_logs": 2},
        ),
        ("metrics", metrics(), {"otel_metrics_gauge": 1, "otel_metrics_sum": 1}),
    ],
    ids=["spans", "spans of three days", "equal records", "metrics of two tables"],
)
def test_the_same_batch_under_the_same_token_is_stored_once(
    database: Database, token: str, signal: Any, request_bytes: bytes, stored: dict[str, int]
) -> None:
    insert = OtlpInserter(database, SIGNALS[signal])
    added = Added(database, *stored)
    for _ in range(3):
        insert([request_bytes], token)
    assert added.rows() == stored


def test_equal_batches_under_their_own_tokens_are_both_stored(
    database: Database, token: str
) -> None:
    insert = OtlpInserter(database, SIGNALS["logs"])
    request = logs_request([{"time_unix_nano": 1, "body": "tick"}]).SerializeToString()
    added = Added(database, "otel_logs")
    insert([request], f"{token} one")
    insert([request], f"{token} two")
    assert added.rows() == {"otel_logs": 2}


def test_a_batch_that_was_cut_off_on_its_way_is_completed(database: Database, token: str) -> None:
    """Its rows are there and a view has not had them: skipping the batch would leave the hole."""
    insert = OtlpInserter(database, SIGNALS["traces"])
    request = spans(4)
    added = Added(database, "otel_traces", "session_traces")
    touched = "SELECT uniqExact(SessionId) AS n FROM session_touched"
    before = database.query(touched)[0]["n"]
    database.command(
        "CREATE MATERIALIZED VIEW fails TO session_touched AS"
        " SELECT now64(3) AS TouchedAt, toString(throwIf(1)) AS SessionId FROM session_traces"
    )
    with pytest.raises(QueryError):
        insert([request], token)
    database.command("DROP VIEW fails SYNC")
    insert([request], token)
    assert added.rows() == {"otel_traces": 4, "session_traces": 4}
    assert database.query(touched)[0]["n"] - before == 4


def test_the_halves_of_a_refused_batch_are_stored_once_however_often_it_is_tried(
    database: Database, token: str
) -> None:
    insert = OtlpInserter(database, SIGNALS["traces"])
    batch: Sequence[bytes] = [spans(1), spans(2), b"\xff is no request", spans(3), spans(4)]
    added = Added(database, "otel_traces")
    for _ in range(2):
        parts = write_in_parts(insert, batch, token)
        assert [list(p.items) for p in parts if p.error] == [[b"\xff is no request"]]
    assert added.rows() == {"otel_traces": 10}

"""ClickHouse is killed after it noted a batch's token and before it put the rows in place.

The moment is one system call long, so its outcome is made: the process is killed, and what it had
just put in place is taken away. The token stays.
"""

from __future__ import annotations

import functools
import secrets
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import requests
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_replay.storage.clickhouse import DEFAULT_DATABASE, Address, Database
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.spool import REQUESTS, Batch, SpoolFolder
from tests.faults.conftest import Receiving, Start, prepare
from tests.faults.load import PROTOBUF
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.otlp import logs_request, span, traces_request
from tests.support.process import Up, wait_for

Query = Callable[[str], list[dict[str, Any]]]

_DAY_NS = 86_400 * 10**9
_STORED = {
    "otel_traces": 3,
    "session_traces": 3,
    "otel_logs": 2,
    "otel_metrics_gauge": 1,
    "otel_metrics_sum": 1,
}


def spans(number: int = 3) -> bytes:
    """Spans of a session, each on a day of its own."""
    session = secrets.token_hex(16)
    found = [
        span(
            trace_id=secrets.token_bytes(16),
            start_time_unix_nano=time.time_ns() - n * _DAY_NS,
            attributes={"session.id": session},
        )
        for n in range(number)
    ]
    return bytes(traces_request(found).SerializeToString())


def points() -> bytes:
    """Points of two tables."""
    request = ExportMetricsServiceRequest()
    found = request.resource_metrics.add().scope_metrics.add().metrics
    found.add(name="g").gauge.data_points.add(time_unix_nano=time.time_ns(), as_int=1)
    found.add(name="s").sum.data_points.add(time_unix_nano=time.time_ns(), as_int=1)
    return bytes(request.SerializeToString())


def parts(query: Query, table: str, where: str = "true") -> list[Path]:
    """Folders of the parts with these rows."""
    sql = (
        "SELECT path FROM system.parts WHERE active AND database = currentDatabase()"
        f" AND table = '{table}' AND name IN (SELECT _part FROM {table} WHERE {where})"
    )
    return [Path(row["path"]) for row in query(sql)]


def remove(folders: Sequence[Path]) -> None:
    assert folders
    for folder in folders:
        shutil.rmtree(folder)


def send_and_lose_the_answers(receiving: Receiving, query: Query) -> None:
    """All is stored, and nobody knows; afterwards ClickHouse is away."""
    tick = logs_request([{"time_unix_nano": time.time_ns(), "body": "same"}] * 2)
    with receiving.proxy.failing("lose_answer"):
        for signal, data in {
            "traces": spans(),
            "logs": tick.SerializeToString(),
            "metrics": points(),
        }.items():
            url = f"{receiving.url}/v1/{signal}"
            assert requests.post(url, data, headers=PROTOBUF, timeout=60).status_code == 200
        assert receiving.spooled("written") == 3
        # An answer comes too late as well where ClickHouse is slow, and then nothing is there yet.
        wait_for("all to be stored", lambda: rows(query) == _STORED)
        receiving.proxy.refuse()


def rows(query: Query) -> dict[str, int]:
    """Of each table."""
    return {
        table: int(query(f"SELECT count() AS n FROM {table} {final}")[0]["n"])
        for table in _STORED
        for final in ["FINAL" if table == "session_traces" else ""]
    }


def test_clickhouse_is_killed_around_the_token(
    start: Start, clickhouse_server: ClickHouseServer
) -> None:
    """Of the spans two days are lost, of the metrics one table, of the log records nothing."""
    name = f"lost_{uuid.uuid4().hex}"
    prepare(Database(Address.parse(clickhouse_server.url(name))))
    query: Query = functools.partial(clickhouse_server.sql, database=name)
    with start(database_name=name) as receiving:
        send_and_lose_the_answers(receiving, query)
        folders = [
            *parts(query, "otel_traces", "Timestamp < now() - INTERVAL 12 HOUR"),
            *parts(query, "otel_metrics_sum"),
            *parts(query, "session_traces"),
        ]
        with clickhouse_server.away():
            remove(folders)
        left = {"otel_traces": 1, "otel_metrics_sum": 0, "session_traces": 0}
        assert rows(query) == _STORED | left
        receiving.proxy.listen()
        receiving.wait_until_drained()
        assert rows(query) == _STORED


def test_up_is_killed_around_the_token(tmp_path: Path) -> None:
    """Of two batches one is lost, the other is there; both are in the spool still."""
    lost, kept = spans(), spans()
    batches = {secrets.token_hex(8): data for data in (lost, kept)}
    with Up(tmp_path / "data") as up:
        up.kill()
        start_with_spool(up, batches)
        folders = parts(up.sql, "otel_traces", f"TraceId IN {trace_ids(lost)}")
        up.kill()
        remove(folders)
        start_with_spool(up, batches)


def start_with_spool(up: Up, batches: dict[str, bytes]) -> None:
    """Starts with these in the spool; returns once they are out of it, each stored once."""
    put_into_spool(up, batches)
    up.start()
    wait_for("the spool to be drained", lambda: not any(up.data.rglob("*.spool")))
    spans_of_each = "SELECT uniqExact(TraceId) AS n, count() AS total FROM otel_traces"
    (row,) = up.sql(spans_of_each)
    assert int(row["n"]) == int(row["total"]) == 3 * len(batches)


def put_into_spool(up: Up, batches: dict[str, bytes]) -> None:
    """As a process leaves it that ends before it took out of there what it had stored."""
    folder = SpoolFolder(up.data / "spool", 1 << 30)
    spool = folder.open(DEFAULT_DATABASE, "traces")
    for token, data in batches.items():
        batch = Batch([ExportRequest("traces", data, records=3)], token, attempted=True)
        spool.append(REQUESTS.encode(batch))
    spool.close()
    folder.close()


def trace_ids(data: bytes) -> tuple[str, ...]:
    """Of a request's spans."""
    (resource,) = ExportTraceServiceRequest.FromString(data).resource_spans
    return tuple(span.trace_id.hex() for scope in resource.scope_spans for span in scope.spans)

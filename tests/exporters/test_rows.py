"""Rows equal those of the Collector's ClickHouse exporter (v0.151), but for its faults.

Each case is a request of its own; all go in together, as batches do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from otel_replay.storage.clickhouse import Database
from otel_replay.telemetry import SignalName
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_receivers.otlp.decode import decode
from otel_replay_receivers.otlp.json import to_protobuf
from tests.support.bombs import held
from tests.support.database import temporary_database
from tests.support.otlp import logs_request, metrics_request
from tests.support.row_cases import CASES, METRICS, POINT, otlp_json


class Batch:
    """Requests that go into the database together; rows are found by the sender's number."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = database.address.database
        create_ingest_tables(database)

    def insert(self, signal: SignalName, requests: list[bytes]) -> None:
        data = [decode(signal, request, 0).request.data for request in requests]
        OtlpInserter(self._database, SIGNALS[signal])(data)

    def row(self, table: str, number: int) -> dict[str, Any]:
        """The one row of the request with this number, as ClickHouse's own JSON."""
        data = self._database.query_bytes(
            f"SELECT * FROM {table} WHERE ResourceAttributes['case'] = '{number}'",
            "JSONEachRow",
            settings={"session_timezone": "UTC", "output_format_json_quote_denormals": 1},
        )
        (row,) = data.splitlines()
        found: dict[str, Any] = json.loads(row)
        return found


def numbered(request: Any, number: int) -> bytes:
    marked = type(request).FromString(request.SerializeToString())
    (group,) = next(value for _, value in marked.ListFields())
    group.resource.attributes.append(KeyValue(key="case", value=AnyValue(int_value=number)))
    return bytes(marked.SerializeToString())


@pytest.fixture(scope="module")
def stored(engine_path: Path) -> Iterator[Batch]:
    """All cases, in three batches."""
    with temporary_database(engine_path) as database:
        batch = Batch(database)
        for signal in SIGNALS:
            requests = [
                numbered(request, number)
                for number, (_, of, _, (request, _)) in enumerate(CASES)
                if of == signal
            ]
            batch.insert(signal, requests)
        yield batch


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{table}: {name}" for table, _, name, _ in CASES]
)
def test_a_column_holds_what_the_stock_exporter_writes(stored: Batch, number: int) -> None:
    table, _, _, (_, columns) = CASES[number]
    row = stored.row(table, number)
    row["ResourceAttributes"].pop("case")
    assert {name: row[name] for name in columns} == columns


@pytest.mark.parametrize("signal", SIGNALS)
def test_json_means_the_same(signal: SignalName) -> None:
    requests = [request for _, of, _, (request, _) in CASES if of == signal]
    assert len(requests) > 5
    for request in requests:
        read = to_protobuf(signal, otlp_json(request).encode())
        # As text, for a NaN equals no other.
        assert str(type(request).FromString(read)) == str(request)


def test_a_request_of_all_kinds_and_senders_reaches_each_table(database: Database) -> None:
    """Points of several metrics, scopes and resources in one request, some of them empty."""
    request = metrics_request(
        [
            {"name": "m", kind: {"data_points": [POINT] * count}}
            for count, kind in enumerate(METRICS, start=1)
        ]
        + [{"name": "unset"}, {"name": "empty", "gauge": {"data_points": []}}]
    )
    request.resource_metrics.add().CopyFrom(request.resource_metrics[0])
    request.resource_metrics[1].scope_metrics.add().CopyFrom(
        request.resource_metrics[0].scope_metrics[0]
    )
    decoded = decode("metrics", request.SerializeToString(), 0)
    assert decoded.accepted == decoded.request.records == 3 * (1 + 2 + 3 + 4 + 5)
    Batch(database).insert("metrics", [request.SerializeToString()])
    counts = [
        database.query(f"SELECT count() AS c FROM otel_metrics_{kind}")[0]["c"] for kind in METRICS
    ]
    assert counts == [3, 6, 9, 12, 15]


STOCK_METRIC_COLUMNS = """
    ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes,
    ScopeDroppedAttrCount, ScopeSchemaUrl, ServiceName, MetricName, MetricDescription, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix"""
STOCK_EXEMPLARS = """Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value,
    Exemplars.SpanId, Exemplars.TraceId"""
STOCK_COLUMNS = {
    "gauge": f"Value, Flags, {STOCK_EXEMPLARS}",
    "sum": f"Value, Flags, {STOCK_EXEMPLARS}, AggregationTemporality, IsMonotonic",
    "summary": "Count, Sum, ValueAtQuantiles.Quantile, ValueAtQuantiles.Value, Flags",
    "histogram": f"Count, Sum, BucketCounts, ExplicitBounds, {STOCK_EXEMPLARS}, Flags, Min, Max,"
    " AggregationTemporality",
    "exponential_histogram": "Count, Sum, Scale, ZeroCount, PositiveOffset, PositiveBucketCounts,"
    f" NegativeOffset, NegativeBucketCounts, {STOCK_EXEMPLARS}, Flags, Min, Max,"
    " AggregationTemporality",
}


@pytest.mark.parametrize("kind", METRICS)
def test_the_stock_exporter_can_insert_into_tables_of_metrics(
    stored: Batch, database: Database, kind: str
) -> None:
    """Its INSERT names these columns; a row of ours goes in that way and comes out the same."""
    database.command(f"TRUNCATE TABLE otel_metrics_{kind}")
    columns = f"{STOCK_METRIC_COLUMNS}, {STOCK_COLUMNS[kind]}"
    source = f"`{stored.name}`.otel_metrics_{kind}"
    database.command(f"INSERT INTO otel_metrics_{kind} ({columns}) SELECT {columns} FROM {source}")
    (row,) = database.query(
        f"SELECT groupArray(tuple({columns})) = (SELECT groupArray(tuple({columns})) FROM {source})"
        f" AS same, min(ReceivedAt) > now() - 60 AS received FROM otel_metrics_{kind}"
    )
    assert row == {"same": 1, "received": 1}


def test_of_a_field_that_stands_twice_the_last_holds(database: Database) -> None:
    """Protobuf's rule, which ClickHouse does not know; other requests of the batch come through."""
    record = held(held(b"k", 1) + held(held(b"first", 1), 2) + held(held(b"last", 1), 2), 6)
    request = held(record, 1, 2, 2)
    Batch(database).insert("logs", [request, logs_request([{"body": "x"}]).SerializeToString()])
    rows = database.query("SELECT LogAttributes['k'] AS k, Body FROM otel_logs ORDER BY k")
    assert rows == [{"k": "", "Body": "x"}, {"k": "last", "Body": ""}]


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_batch_under_the_same_token_is_stored_once(
    database: Database, signal: SignalName
) -> None:
    requests = [request.SerializeToString() for _, of, _, (request, _) in CASES if of == signal]
    create_ingest_tables(database)
    insert = OtlpInserter(database, SIGNALS[signal])
    tables = [table.name for table in SIGNALS[signal].tables]
    counts = []
    for _ in range(2):
        insert([decode(signal, data, 0).request.data for data in requests], "a token")
        counts.append([database.query(f"SELECT count() AS c FROM {t}")[0]["c"] for t in tables])
    assert counts[0] == counts[1]
    assert sum(counts[0]) == len(requests)

"""What becomes of attribute values equals the reference renderer, for random values.

Both renderers are under test at once, the receiver's for arrays and maps and ClickHouse's for
scalars: what goes in is a request, what comes out are rows.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_receivers.otlp.decode import decode
from tests.support.as_string import as_string
from tests.support.otlp import Pairs, attributes, logs_request, span, traces_request

DEPTH = 6
SPECIAL_DOUBLES = [
    *(1e21, -1e21, 1e21 - 131072, 1e-6, 9.9e-7, 9e-9, -0.0, 0.1, 123456789.0, 1e20),
    *(5e-324, 1.7976931348623157e308, 2.0**53, float("nan"), float("inf"), float("-inf")),
]
SPECIAL_TEXTS = [
    "",
    "/",
    '"<>&\\',
    "\u2028\u2029",
    "😀",
    "\x00\x1f\x7f\t\n",
    "é",
    "\ufffd",
    "'{}[]",
]
texts = st.text(max_size=12) | st.sampled_from(SPECIAL_TEXTS)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.sampled_from(SPECIAL_DOUBLES)
    | texts
    | st.binary(max_size=9)
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    # Few keys to choose from, so that they repeat.
    keys = texts | st.sampled_from(["", "a", "b", "B", "aa", "é"])
    pairs = st.lists(st.tuples(keys, inner), max_size=4).map(Pairs)
    return scalars | st.lists(inner, max_size=3) | pairs


values: st.SearchStrategy[Any] = scalars
for _ in range(DEPTH):
    values = _nested(values)


@pytest.fixture
def insert(database: Database) -> Any:
    create_ingest_tables(database)

    def run(signal: Any, *requests: bytes) -> None:
        OtlpInserter(database, SIGNALS[signal])(
            [decode(signal, data, 0).request.data for data in requests]
        )

    return run


def everywhere(number: int, value: Any) -> bytes:
    """A request that has the value wherever values may stand."""
    request: ExportLogsServiceRequest = logs_request(
        [{"attributes": {"i": number, "value": value}, "body": value}], {"value": value}
    )
    scope = request.resource_logs[0].scope_logs[0].scope
    scope.attributes.extend(attributes({"value": value}))
    return bytes(request.SerializeToString())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batch=st.lists(values, min_size=20, max_size=120))
def test_any_value_is_rendered_as_the_collector_does(
    insert: Any, database: Database, batch: list[Any]
) -> None:
    database.command("TRUNCATE TABLE otel_logs")
    insert("logs", *(everywhere(number, value) for number, value in enumerate(batch)))
    rows = database.query(
        "SELECT arrayMap(text -> hex(text), [LogAttributes['value'], Body,"
        " ResourceAttributes['value'], ScopeAttributes['value']]) AS texts"
        " FROM otel_logs ORDER BY toUInt32(LogAttributes['i'])"
    )
    expected = [as_string(value).encode().hex().upper() for value in batch]
    assert [row["texts"] for row in rows] == [[text] * 4 for text in expected]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batch=st.lists(st.lists(st.tuples(texts, values), max_size=4).map(Pairs), min_size=20))
def test_attributes_keep_their_order_and_keys_that_repeat(
    insert: Any, database: Database, batch: list[Pairs]
) -> None:
    database.command("TRUNCATE TABLE otel_traces")
    spans = [
        span(name=str(number), attributes=pairs, events=[{"attributes": pairs}])
        for number, pairs in enumerate(batch)
    ]
    insert("traces", traces_request(spans).SerializeToString())
    rows = database.query(
        "SELECT arrayMap(map -> arrayMap((k, v) -> (hex(k), hex(v)), mapKeys(map), mapValues(map)),"
        " [SpanAttributes, Events.Attributes[1]]) AS maps FROM otel_traces"
        " ORDER BY toUInt32(SpanName)"
    )
    expected = [[(_hex(key), _hex(as_string(value))) for key, value in pairs] for pairs in batch]
    assert [row["maps"] for row in rows] == [[pairs] * 2 for pairs in expected]


def _hex(text: str) -> str:
    return text.encode().hex().upper()

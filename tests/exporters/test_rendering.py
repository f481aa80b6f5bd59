"""What ClickHouse makes of attribute values equals the reference renderer, for random values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.logs import LOGS
from otel_replay_exporters.clickhouse.traces import TRACES
from otel_replay_receivers.otlp.decode import decode
from tests.support.as_string import as_string
from tests.support.otlp import logs_request, span, traces_request

SPECIAL_DOUBLES = [1e21, -1e21, 1e-6, 9.9e-7, 9e-9, -0.0, 0.1, 5e-324, 1.7976931348623157e308]
texts = st.text(max_size=12) | st.sampled_from(["", "/", '"<>&', "\u2028", "😀", "\x00\x1f\x7f"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.sampled_from(SPECIAL_DOUBLES)
    | texts
    | st.binary(max_size=9)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def insert(database: Database) -> Any:
    create_ingest_tables(database)
    inserters = {s.name: OtlpInserter(database, s) for s in (TRACES, LOGS)}

    def run(signal: Any, data: bytes) -> None:
        inserters[signal]([decode(signal, data, 0).request.data])

    return run


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batch=st.lists(values, min_size=1, max_size=60))
def test_any_value_is_rendered_as_the_collector_does(
    insert: Any, database: Database, batch: list[Any]
) -> None:
    database.command("TRUNCATE TABLE otel_logs")
    records = [
        {"attributes": {"i": i, "value": value}, "body": value} for i, value in enumerate(batch)
    ]
    insert("logs", logs_request(records).SerializeToString())
    rows = database.query(
        "SELECT hex(LogAttributes['value']) AS value, hex(Body) AS body FROM otel_logs"
        " ORDER BY toUInt32(LogAttributes['i'])"
    )
    expected = [as_string(value).encode().hex().upper() for value in batch]
    assert [row["value"] for row in rows] == expected
    assert [row["body"] for row in rows] == expected


def test_a_span_has_the_row_that_the_stock_exporter_would_write(
    insert: Any, database: Database
) -> None:
    start = 1790000000_123456789
    request = traces_request(
        [
            span(
                name="POST /checkout",
                kind=3,
                parent_span_id=bytes.fromhex("00f067aa0ba902b7"),
                trace_state="k=v",
                start_time_unix_nano=start,
                end_time_unix_nano=start + 1_500_000,
                status={"code": 2, "message": "boom"},
                attributes={"empty": "", "unset": None, "nested": {"b": 1, "a": [1, {"x": None}]}},
                events=[
                    {
                        "name": "exception",
                        "time_unix_nano": start + 5,
                        "attributes": {"exception.type": "E"},
                    }
                ],
                links=[{"trace_id": b"\1" * 16, "span_id": b"\2" * 8, "attributes": {"l": 1}}],
            ),
            span(name="backwards", start_time_unix_nano=start, end_time_unix_nano=start - 1),
        ],
        {"service.name": "shop", "session.id": "s1"},
    )
    insert("traces", request.SerializeToString())
    row, backwards = database.query(
        "SELECT * EXCEPT (Timestamp, ReceivedAt), toUnixTimestamp64Nano(Timestamp) AS ns"
        " FROM otel_traces ORDER BY Duration DESC"
    )
    assert backwards["Duration"] == 0
    assert row["ns"] == start
    assert row["Duration"] == 1_500_000
    assert row["ParentSpanId"] == "00f067aa0ba902b7"
    assert (row["SpanKind"], row["StatusCode"], row["StatusMessage"]) == ("Client", "Error", "boom")
    assert (row["ScopeName"], row["ScopeVersion"], row["TraceState"]) == ("lib", "1.0", "k=v")
    assert row["ServiceName"] == "shop"
    assert row["SpanAttributes"] == {
        "empty": "",
        "unset": "",
        "nested": '{"a":[1,{"x":null}],"b":1}',
    }
    assert row["Events.Name"] == ["exception"]
    assert row["Events.Attributes"] == [{"exception.type": "E"}]
    assert row["Links.TraceId"] == ["01" * 16]
    assert row["Links.SpanId"] == ["02" * 8]
    assert row["Links.Attributes"] == [{"l": "1"}]
    assert row["SessionId"] == "s1"


def test_duplicate_keys_of_a_nested_map_keep_the_last(insert: Any, database: Database) -> None:
    request = logs_request([{"body": {"a": 1, "b": 2}}])
    entries = request.resource_logs[0].scope_logs[0].log_records[0].body.kvlist_value.values
    entries[1].key = "a"
    insert("logs", request.SerializeToString())
    assert database.query("SELECT Body FROM otel_logs") == [{"Body": '{"a":2}'}]

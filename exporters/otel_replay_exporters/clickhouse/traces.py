"""Spans: the message, and the row that each becomes."""

from __future__ import annotations

from otel_replay_exporters.clickhouse.extraction import SERVICE_NAME, Signal, Table
from otel_replay_exporters.clickhouse.messages import Field, Message
from otel_replay_exporters.clickhouse.otlp import attributes
from otel_replay_exporters.clickhouse.values import attribute_map, choice, each, hex_id, time

_SPAN = Message(
    "Span",
    (
        Field("trace_id", 1, "bytes"),
        Field("span_id", 2, "bytes"),
        Field("trace_state", 3, "string"),
        Field("parent_span_id", 4, "bytes"),
        Field("name", 5, "string"),
        Field("kind", 6, "int32"),
        Field("start_time_unix_nano", 7, "fixed64"),
        Field("end_time_unix_nano", 8, "fixed64"),
        attributes(9),
        Field(
            "events",
            11,
            Message(
                "Event",
                (Field("time_unix_nano", 1, "fixed64"), Field("name", 2, "string"), attributes(3)),
            ),
            repeated=True,
        ),
        Field(
            "links",
            13,
            Message(
                "Link",
                (
                    Field("trace_id", 1, "bytes"),
                    Field("span_id", 2, "bytes"),
                    Field("trace_state", 3, "string"),
                    attributes(4),
                ),
            ),
            repeated=True,
        ),
        Field(
            "status",
            15,
            Message("Status", (Field("message", 2, "string"), Field("code", 3, "int32"))),
        ),
    ),
)

TRACES = Signal(
    name="traces",
    levels=("resource_spans", "scope_spans", "spans"),
    record=_SPAN,
    tables=(
        Table(
            "otel_traces",
            row={
                "Timestamp": time("r.start_time_unix_nano"),
                "TraceId": hex_id("r.trace_id", 16),
                "SpanId": hex_id("r.span_id", 8),
                "ParentSpanId": hex_id("r.parent_span_id", 8),
                "TraceState": "r.trace_state",
                "SpanName": "r.name",
                "SpanKind": choice(
                    "r.kind",
                    ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"],
                ),
                "ServiceName": SERVICE_NAME,
                "ResourceAttributes": "resource_attributes",
                "ScopeName": "scope_name",
                "ScopeVersion": "scope_version",
                "SpanAttributes": attribute_map("r.attributes"),
                "Duration": "if(r.end_time_unix_nano > r.start_time_unix_nano,"
                " r.end_time_unix_nano - r.start_time_unix_nano, 0)",
                "StatusCode": choice("r.status.code", ["Unset", "Ok", "Error"]),
                "StatusMessage": "r.status.message",
                "`Events.Timestamp`": each("r.events", "e", time("e.time_unix_nano")),
                "`Events.Name`": each("r.events", "e", "e.name"),
                "`Events.Attributes`": each("r.events", "e", attribute_map("e.attributes")),
                "`Links.TraceId`": each("r.links", "l", hex_id("l.trace_id", 16)),
                "`Links.SpanId`": each("r.links", "l", hex_id("l.span_id", 8)),
                "`Links.TraceState`": each("r.links", "l", "l.trace_state"),
                "`Links.Attributes`": each("r.links", "l", attribute_map("l.attributes")),
            },
        ),
    ),
)

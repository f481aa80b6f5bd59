"""Log records: the message, and the row that each becomes."""

from __future__ import annotations

from otel_replay_exporters.clickhouse.extraction import SERVICE_NAME, Signal, Table
from otel_replay_exporters.clickhouse.messages import Field, Message
from otel_replay_exporters.clickhouse.otlp import ANY_VALUE, attributes
from otel_replay_exporters.clickhouse.values import attribute_map, hex_id, text, time

_LOG_RECORD = Message(
    "LogRecord",
    (
        Field("time_unix_nano", 1, "fixed64"),
        Field("severity_number", 2, "int32"),
        Field("severity_text", 3, "string"),
        Field("body", 5, ANY_VALUE),
        attributes(6),
        Field("flags", 8, "fixed32"),
        Field("trace_id", 9, "bytes"),
        Field("span_id", 10, "bytes"),
        Field("observed_time_unix_nano", 11, "fixed64"),
        Field("event_name", 12, "string"),
    ),
)

_OBSERVED = "if(r.observed_time_unix_nano = 0, now64(9), " + time("r.observed_time_unix_nano") + ")"

LOGS = Signal(
    name="logs",
    levels=("resource_logs", "scope_logs", "log_records"),
    record=_LOG_RECORD,
    tables=(
        Table(
            "otel_logs",
            row={
                "Timestamp": f"if(r.time_unix_nano = 0, {_OBSERVED}, {time('r.time_unix_nano')})",
                "ObservedTimestamp": _OBSERVED,
                "TraceId": hex_id("r.trace_id", 16),
                "SpanId": hex_id("r.span_id", 8),
                "TraceFlags": "toUInt8(bitAnd(r.flags, 255))",
                "SeverityText": "r.severity_text",
                "SeverityNumber": "toUInt8(r.severity_number)",
                "ServiceName": SERVICE_NAME,
                "Body": text("r.body"),
                "ResourceSchemaUrl": "resource_schema_url",
                "ResourceAttributes": "resource_attributes",
                "ScopeSchemaUrl": "scope_schema_url",
                "ScopeName": "scope_name",
                "ScopeVersion": "scope_version",
                "ScopeAttributes": "scope_attributes",
                "LogAttributes": attribute_map("r.attributes"),
                "EventName": "r.event_name",
            },
        ),
    ),
)

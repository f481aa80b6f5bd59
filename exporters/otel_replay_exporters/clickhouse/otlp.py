"""The OTLP messages, as far as rows are made from them (opentelemetry-proto 1.11).

Values are scalars here: receivers render arrays and maps to text before they come this far. What
ClickHouse spends on planning an insert grows with the number of leaves in these types, and typed
columns for arrays and maps would be three quarters of all.
"""

from __future__ import annotations

from otel_replay_exporters.clickhouse.messages import Field, Message

ANY_VALUE = Message(
    "AnyValue",
    (
        Field("string_value", 1, "string"),
        Field("bool_value", 2, "bool"),
        Field("int_value", 3, "int64"),
        Field("double_value", 4, "double"),
        Field("bytes_value", 7, "bytes"),
    ),
    oneof="value",
)
_ATTRIBUTE = Message("KeyValue", (Field("key", 1, "string"), Field("value", 2, ANY_VALUE)))


def _attributes(number: int) -> Field:
    return Field("attributes", number, _ATTRIBUTE, repeated=True)


RESOURCE = Message("Resource", (_attributes(1),))
SCOPE = Message(
    "InstrumentationScope",
    (Field("name", 1, "string"), Field("version", 2, "string"), _attributes(3)),
)
SPAN = Message(
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
        _attributes(9),
        Field(
            "events",
            11,
            Message(
                "Event",
                (Field("time_unix_nano", 1, "fixed64"), Field("name", 2, "string"), _attributes(3)),
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
                    _attributes(4),
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
LOG_RECORD = Message(
    "LogRecord",
    (
        Field("time_unix_nano", 1, "fixed64"),
        Field("severity_number", 2, "int32"),
        Field("severity_text", 3, "string"),
        Field("body", 5, ANY_VALUE),
        _attributes(6),
        Field("flags", 8, "fixed32"),
        Field("trace_id", 9, "bytes"),
        Field("span_id", 10, "bytes"),
        Field("observed_time_unix_nano", 11, "fixed64"),
        Field("event_name", 12, "string"),
    ),
)


def export_request(
    name: str, resources: str, scopes: str, records: str, record: Message
) -> Message:
    """An export request; all signals share its shape: resources, their scopes, the records."""
    scope = Message(
        f"{name}Scope",
        (
            Field("scope", 1, SCOPE),
            Field(records, 2, record, repeated=True),
            Field("schema_url", 3, "string"),
        ),
    )
    resource = Message(
        f"{name}Resource",
        (
            Field("resource", 1, RESOURCE),
            Field(scopes, 2, scope, repeated=True),
            Field("schema_url", 3, "string"),
        ),
    )
    return Message(f"{name}Request", (Field(resources, 1, resource, repeated=True),))

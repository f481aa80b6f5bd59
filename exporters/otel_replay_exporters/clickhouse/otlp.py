"""The OTLP messages that all signals share, as far as rows are made from them (proto 1.11).

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


def attributes(number: int, name: str = "attributes") -> Field:
    """A repeated KeyValue."""
    return Field(name, number, _ATTRIBUTE, repeated=True)


RESOURCE = Message("Resource", (attributes(1),))
SCOPE = Message(
    "InstrumentationScope",
    (
        Field("name", 1, "string"),
        Field("version", 2, "string"),
        attributes(3),
        Field("dropped_attributes_count", 4, "uint32"),
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

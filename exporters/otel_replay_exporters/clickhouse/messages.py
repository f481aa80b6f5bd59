"""A small description of protobuf messages, and the two texts ClickHouse needs to read them.

From one description come the schema that its Protobuf input format parses by, and the type of the
column that holds the result. Fields that are not described are skipped by the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SCALARS = {
    "string": "String",
    "bytes": "String",
    "bool": "Bool",
    "int32": "Int32",
    "int64": "Int64",
    "sint32": "Int32",
    "uint32": "UInt32",
    "uint64": "UInt64",
    "fixed32": "UInt32",
    "fixed64": "UInt64",
    "sfixed64": "Int64",
    "double": "Float64",
}


@dataclass(frozen=True)
class Field:
    """One field: its name and number on the wire, and its type: a scalar's name or a message."""

    name: str
    number: int
    type: str | Message
    repeated: bool = False


@dataclass(frozen=True)
class Message:
    """A message. With `oneof` all its fields are members of one oneof of that name, whose Enum8
    column (setting input_format_protobuf_oneof_presence) tells which of them was set."""

    name: str
    fields: tuple[Field, ...]
    oneof: str = ""


def proto_text(root: Message) -> str:
    """The schema of `root` and all it holds, in the proto3 language."""
    return 'syntax = "proto3";\n' + "".join(_proto_message(m) for m in _messages(root))


def column_type(kind: str | Message) -> str:
    """The ClickHouse type that holds one value of `kind`."""
    if isinstance(kind, str):
        return SCALARS[kind]
    members = [f"{field.name} {_field_type(field)}" for field in kind.fields]
    if kind.oneof:
        members.insert(0, f"{kind.oneof} {_presence_type(kind)}")
    return f"Tuple({', '.join(members)})"


def columns(root: Message) -> str:
    """The column list of a table that mirrors `root`."""
    return ", ".join(f"{field.name} {_field_type(field)}" for field in root.fields)


def _field_type(field: Field) -> str:
    inner = column_type(field.type)
    return f"Array({inner})" if field.repeated else inner


def _presence_type(message: Message) -> str:
    members = "".join(f", '{field.name}' = {field.number}" for field in message.fields)
    return f"Enum8('no' = 0{members})"


def _messages(root: Message) -> Iterator[Message]:
    """Every message below `root`, each once, `root` first."""
    seen: dict[str, Message] = {}
    waiting = [root]
    while waiting:
        message = waiting.pop(0)
        if message.name not in seen:
            seen[message.name] = message
            waiting += [f.type for f in message.fields if isinstance(f.type, Message)]
    yield from seen.values()


def _proto_message(message: Message) -> str:
    lines = "".join(_proto_field(field) for field in message.fields)
    body = f"oneof {message.oneof} {{ {lines}}} " if message.oneof else lines
    return f"message {message.name} {{ {body}}}\n"


def _proto_field(field: Field) -> str:
    kind = field.type if isinstance(field.type, str) else field.type.name
    return f"{'repeated ' if field.repeated else ''}{kind} {field.name} = {field.number}; "

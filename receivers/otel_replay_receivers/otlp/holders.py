"""Where in messages there may be attributes, values and messages, by the published descriptors."""

from __future__ import annotations

from functools import cache

from google.protobuf.descriptor import Descriptor
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from otel_replay_receivers.otlp.wire import LENGTH


@cache
def value_fields(message: Descriptor) -> tuple[tuple[str, bool], ...]:
    """Fields of a message (name, repeated) under which there may be values."""
    return tuple(
        (field.name, field.is_repeated)
        for field in message.fields
        if field.message_type is not None and _may_hold_values(field.message_type)
    )


def _may_hold_values(message: Descriptor) -> bool:
    values = (KeyValue.DESCRIPTOR, AnyValue.DESCRIPTOR)
    return message in values or bool(value_fields(message))


@cache
def messages(message: Descriptor) -> dict[int, Descriptor]:
    """Tag to message, of the fields that are messages."""
    return {
        field.number << 3 | LENGTH: field.message_type
        for field in message.fields
        if field.message_type is not None
    }


@cache
def tags(message: Descriptor) -> tuple[int, dict[int, Descriptor]]:
    """The tag of the attributes (0 for none), and those of messages that may have some."""
    attribute_tag, holding = 0, {}
    for tag, inner in messages(message).items():
        if inner is KeyValue.DESCRIPTOR:
            attribute_tag = tag
        elif inner is not AnyValue.DESCRIPTOR and _may_hold_values(inner):
            holding[tag] = inner
    return attribute_tag, holding


@cache
def attribute_tags(record: Descriptor) -> bytes:
    """The bytes that attributes of a record, or of messages in it, begin with."""
    own, holding = tags(record)
    found = {own}.union(*(attribute_tags(inner) for inner in holding.values()))
    return bytes(found - {0})


@cache
def message_tags(record: Descriptor) -> bytes:
    """The bytes that messages in a record begin with."""
    seen: list[Descriptor] = []
    waiting = [record]
    while waiting:
        message = waiting.pop()
        if message not in seen:
            seen.append(message)
            waiting += messages(message).values()
    return bytes({tag for message in seen for tag in messages(message)})

"""OTLP/JSON requests, turned into the same protobuf bytes as the others.

The walk follows the descriptors of the generated classes, so it needs no word about any message. It
is lenient where senders differ: hex ids in any case, enums by number or name, 64-bit integers as
strings or numbers (JavaScript writes big ones as 1e+21), snake_case keys; unknown keys are ignored.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from otel_replay.errors import InvalidDataError
from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp.signals import SIGNALS

_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_INTEGER_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
# The protobuf runtime stops there too.
_MAX_DEPTH = 100


def to_protobuf(signal: SignalName, data: bytes) -> bytes:
    """Returns the serialized protobuf request that the JSON text means.

    Raises InvalidDataError naming the place in the document.
    """
    try:
        document = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError as exc:
        raise InvalidDataError(f"the body is not JSON: {exc}") from exc
    message_class = SIGNALS[signal].request
    if not isinstance(document, dict):
        raise InvalidDataError("the body is not a JSON object")
    fields = _message(message_class.DESCRIPTOR, document, "$", 0)
    try:
        return bytes(message_class(**fields).SerializeToString())
    except (ValueError, TypeError) as exc:
        raise InvalidDataError(f"the body does not fit OTLP: {exc}") from exc


def _message(descriptor: Descriptor, document: Any, path: str, depth: int) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise InvalidDataError(f"{path} is no object")
    if depth > _MAX_DEPTH:
        raise InvalidDataError(f"{path} is nested deeper than {_MAX_DEPTH} levels")
    fields = _fields(descriptor)
    result: dict[str, Any] = {}
    for key, value in document.items():
        field = fields.get(key)
        if field is not None and value is not None:
            result[field.name] = _value(field, value, f"{path}.{key}", depth)
    return result


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """Fields by both spellings of their name."""
    by_name = {field.name: field for field in descriptor.fields}
    return by_name | {_camel(name): field for name, field in by_name.items()}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


def _value(field: FieldDescriptor, value: Any, path: str, depth: int) -> Any:
    if not field.is_repeated:
        return _single(field, value, path, depth)
    if not isinstance(value, list):
        raise InvalidDataError(f"{path} is no array")
    return [_single(field, item, f"{path}[{i}]", depth) for i, item in enumerate(value)]


def _single(field: FieldDescriptor, value: Any, path: str, depth: int) -> Any:
    if field.message_type is not None:
        return _message(field.message_type, value, path, depth + 1)
    if field.enum_type is not None:
        return _enum(field, value, path)
    kind = field.cpp_type
    if kind in _INTEGER_RANGES:
        return _integer(value, _INTEGER_RANGES[kind], path)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _bytes(field.name, value, path)
    return _SCALARS[kind](value, path)


def _enum(field: FieldDescriptor, value: Any, path: str) -> int:
    if isinstance(value, str) and field.enum_type is not None:
        named = field.enum_type.values_by_name.get(value)
        if named is not None:
            return int(named.number)
    return _integer(value, _INTEGER_RANGES[FieldDescriptor.CPPTYPE_INT32], path)


def _integer(value: Any, limits: tuple[int, int], path: str) -> int:
    """Numbers outside the type's range become its nearest bound, so that the rest is kept."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InvalidDataError(f"{path} is {value!r:.40}: expected an integer")
    try:
        number = int(value) if not isinstance(value, float) else _whole(value)
    except ValueError:
        try:
            number = _whole(float(value))
        except ValueError as exc:
            raise InvalidDataError(f"{path} is {value!r:.40}: expected an integer") from exc
    low, high = limits
    return min(max(number, low), high)


def _whole(value: float) -> int:
    if not math.isfinite(value):
        raise ValueError(value)
    return int(value)


def _bytes(name: str, value: Any, path: str) -> bytes:
    if not isinstance(value, str):
        raise InvalidDataError(f"{path} is no string")
    try:
        if name in _HEX_FIELDS:
            return bytes.fromhex(value)
        padded = value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)
        return base64.b64decode(padded, validate=True)
    except (ValueError, binascii.Error) as exc:
        what = "hex" if name in _HEX_FIELDS else "base64"
        raise InvalidDataError(f"{path} is not {what}") from exc


def _string(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise InvalidDataError(f"{path} is {value!r:.40}: expected a string")
    return value


def _boolean(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidDataError(f"{path} is {value!r:.40}: expected true or false")
    return value


def _float(value: Any, path: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as exc:
        raise InvalidDataError(f"{path} is {value!r:.40}: expected a number") from exc


_SCALARS: dict[int, Callable[[Any, str], Any]] = {
    FieldDescriptor.CPPTYPE_STRING: _string,
    FieldDescriptor.CPPTYPE_BOOL: _boolean,
    FieldDescriptor.CPPTYPE_DOUBLE: _float,
    FieldDescriptor.CPPTYPE_FLOAT: _float,
}

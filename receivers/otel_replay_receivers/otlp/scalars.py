"""Scalars of OTLP/JSON, each as the argument that a protobuf class takes."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from functools import partial
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_INTEGER_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


class UnfitError(Exception):
    """A JSON value that the field cannot have; says where it stands once it is at the top."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(f"${place} {problem}")
        self._problem, self._place = problem, place

    def under(self, parent: str) -> UnfitError:
        """The same problem, seen from one level up."""
        return UnfitError(self._problem, parent + self._place)


def converter(field: FieldDescriptor) -> Callable[[Any], Any]:
    """What turns a JSON value into one of the field; it raises UnfitError."""
    if field.enum_type is not None:
        return partial(_enum, field.enum_type)
    if field.cpp_type in _INTEGER_RANGES:
        return partial(_integer, *_INTEGER_RANGES[field.cpp_type])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _hex if field.name in _HEX_FIELDS else _base64
    return _SCALARS[field.cpp_type]


def _enum(descriptor: EnumDescriptor, value: Any) -> int:
    if isinstance(value, str):
        named = descriptor.values_by_name.get(value)
        if named is not None:
            return int(named.number)
    return _integer(*_INTEGER_RANGES[FieldDescriptor.CPPTYPE_INT32], value)


def _integer(low: int, high: int, value: Any) -> int:
    """Numbers outside the type's range become its nearest bound, so that the rest is kept."""
    if type(value) not in (int, float, str):
        raise UnfitError(f"is {value!r:.40}: expected an integer")
    try:
        number = _whole(value)
    except ValueError as exc:
        raise UnfitError(f"is {value!r:.40}: expected an integer") from exc
    return low if number < low else high if number > high else number


def _whole(value: float | str) -> int:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            value = float(value)
    if not math.isfinite(value):
        raise ValueError(value)
    return int(value)


def _hex(value: Any) -> bytes:
    try:
        return bytes.fromhex(_string(value))
    except ValueError as exc:
        raise UnfitError("is not hex") from exc


def _base64(value: Any) -> bytes:
    text = _string(value)
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except (ValueError, binascii.Error) as exc:
        raise UnfitError("is not base64") from exc


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise UnfitError(f"is {value!r:.40}: expected a string")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnfitError(f"is {value!r:.40}: expected true or false")
    return value


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as exc:
        raise UnfitError(f"is {value!r:.40}: expected a number") from exc


_SCALARS: dict[int, Callable[[Any], Any]] = {
    FieldDescriptor.CPPTYPE_STRING: _string,
    FieldDescriptor.CPPTYPE_BOOL: _boolean,
    FieldDescriptor.CPPTYPE_DOUBLE: _float,
    FieldDescriptor.CPPTYPE_FLOAT: _float,
}

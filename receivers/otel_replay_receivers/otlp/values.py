"""Renders OTLP values to text as the Collector's ``AsString()`` does (pdata, pcommon/value.go).

ClickHouse renders scalars, which nearly all values are; this is for arrays and maps.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp.holders import value_fields

MAX_NESTED_VALUES = 1_000_000
"""Values in arrays and maps of one request: rendering them takes about a second."""
_MAX_JSON_DEPTH = 64


class Budget:
    """How many nested values may still be rendered for a request."""

    def __init__(self) -> None:
        self._left = MAX_NESTED_VALUES

    def spend(self, values: int) -> None:
        """Raises InvalidDataError when that is more than there is left."""
        self._left -= values
        if self._left < 0:
            raise InvalidDataError(
                f"the request has over {MAX_NESTED_VALUES} values in arrays and maps: send"
                " fewer in one",
                "too_many_parts",
            )


def flatten(attributes: Iterable[Any], budget: Budget) -> bool:
    """Replaces arrays and maps among KeyValues, in place, by their text; tells if any were."""
    # A list, not a generator: every value is to be replaced.
    return any([flatten_value(attribute.value, budget) for attribute in attributes])


def flatten_value(value: Any, budget: Budget) -> bool:
    """Replaces an AnyValue that is an array or a map by its text, in place; tells if it was one."""
    if value.WhichOneof("value") not in ("array_value", "kvlist_value"):
        return False
    value.string_value = _json(value, budget, 0)
    return True


def flatten_all(messages: Iterable[Any], budget: Budget) -> bool:
    """Replaces every array and map in messages and all they hold, in place; tells if any were."""
    changed = False
    for message in messages:
        for name, repeated in value_fields(message.DESCRIPTOR):
            part = getattr(message, name)
            changed |= _flatten_part(part if repeated else (part,), budget)
    return changed


def _flatten_part(parts: Any, budget: Budget) -> bool:
    if not parts:
        return False
    descriptor = parts[0].DESCRIPTOR
    if descriptor is KeyValue.DESCRIPTOR:
        return flatten(parts, budget)
    if descriptor is AnyValue.DESCRIPTOR:
        return any([flatten_value(value, budget) for value in parts])
    return flatten_all(parts, budget)


def double_as_string(value: float) -> str:
    """The shortest digits that read back; with exponent below 1e-6 and from 1e21 on only."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    digits = repr(value)
    if value == 0:
        return digits.removesuffix(".0")
    mantissa, _, exponent = digits.partition("e")
    if 1e-6 <= abs(value) < 1e21:
        return _positional(mantissa, int(exponent or 0))
    return _scientific(mantissa, int(exponent or 0))


def _positional(mantissa: str, exponent: int) -> str:
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, fraction = mantissa.partition(".")
    digits, point = whole + fraction, len(whole) + exponent
    if point <= 0:
        digits, point = "0" * (1 - point) + digits, 1
    digits = digits.ljust(point, "0")
    fraction = digits[point:].rstrip("0")
    return sign + digits[:point] + ("." + fraction if fraction else "")


def _scientific(mantissa: str, exponent: int) -> str:
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent += len(whole) - 1 if whole.strip("0") else -_leading_zeros(fraction) - 1
    digits = digits.rstrip("0") or "0"
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


def _leading_zeros(text: str) -> int:
    return len(text) - len(text.lstrip("0"))


def _json(value: Any, budget: Budget, depth: int) -> str:
    kind = value.WhichOneof("value")
    if depth > _MAX_JSON_DEPTH:
        return _quoted("...")
    if kind == "array_value":
        items = value.array_value.values
        budget.spend(len(items))
        return f"[{','.join([_json(item, budget, depth + 1) for item in items])}]"
    if kind == "kvlist_value":
        entries = value.kvlist_value.values
        budget.spend(len(entries))
        # Of equal keys the last wins, as in the map that the Collector makes of them.
        members = {entry.key: entry.value for entry in entries}
        ordered = sorted(members, key=lambda key: key.encode())
        return f"{{{','.join([_member(k, members[k], budget, depth) for k in ordered])}}}"
    return _json_scalar(value, kind)


def _member(key: str, value: Any, budget: Budget, depth: int) -> str:
    return f"{_quoted(key)}:{_json(value, budget, depth + 1)}"


def _json_scalar(value: Any, kind: str | None) -> str:
    if kind == "string_value":
        return _quoted(value.string_value)
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "int_value":
        return str(value.int_value)
    if kind == "double_value":
        text = double_as_string(value.double_value)
        return text if math.isfinite(value.double_value) else _quoted(text)
    if kind == "bytes_value":
        return _quoted(base64.b64encode(value.bytes_value).decode())
    return "null"


def _quoted(text: str) -> str:
    # Go's encoder writes these two as escapes even without HTML escaping.
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

"""The reference renderer: values to text as the Collector's ``AsString()`` does, the slow way.

Written against pdata's pcommon/value.go and Go's encoding/json, independently of the SQL and of the
receiver's own renderer, which must both equal it. JSON has no NaN and infinities; where Go's
encoder would lose the whole value, these become strings.
"""

from __future__ import annotations

import base64
import json
import math
from decimal import Decimal
from typing import Any

from tests.support.otlp import Pairs


def as_string(value: Any) -> str:
    """The text of a Python value that `tests.support.otlp.any_value` can hold."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return to_json(value)


def number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    shortest = Decimal(repr(value))
    if 1e-6 <= abs(value) < 1e21:
        text = format(shortest, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits = "".join(map(str, shortest.as_tuple().digits)).rstrip("0")
    exponent = shortest.adjusted()
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{'-' if value < 0 else ''}{mantissa}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


def to_json(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number(value) if math.isfinite(value) else f'"{number(value)}"'
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bytes):
        return string(base64.b64encode(value).decode())
    if isinstance(value, Pairs):
        # Of equal keys the last wins, as in the Go map that the Collector makes of them.
        value = dict(value)
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode())
        return "{" + ",".join(f"{string(key)}:{to_json(value[key])}" for key in keys) + "}"
    return "[" + ",".join(map(to_json, value)) + "]"


def string(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return escaped.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

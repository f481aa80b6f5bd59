"""Reads what chunks are made of from the fields of log records, and checks it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from otel_replay.errors import InvalidDataError

SESSION_ID = re.compile(r"[0-9A-Za-z_\-][0-9A-Za-z_.\-]{0,127}")
TAB = re.compile(r"[0-9A-Za-z_\-]{1,64}")
MAX_SEQ = 2**32 - 1
MAX_MS = 9_200_000_000_000
"""Years 1970 to 2261: what the time columns hold."""


def matching(values: Mapping[str, Any], name: str, rule: re.Pattern[str]) -> str:
    """The text of an attribute. Raises InvalidDataError when it is not as the rule says."""
    value = text(values[name]) if name in values else ""
    if not rule.fullmatch(value):
        raise InvalidDataError(f"{name} is {value[:64]!r}: expected {rule.pattern}")
    return value


def integer(values: Mapping[str, Any], name: str, most: int, least: int = 0) -> int:
    """The number in an attribute; JavaScript senders send doubles.

    Raises InvalidDataError when it is none, or not between `least` and `most`.
    """
    value = values.get(name)
    kind = value.WhichOneof("value") if value is not None else None
    if value is None or kind not in ("int_value", "double_value"):
        raise InvalidDataError(f"{name} is missing or no number")
    number = value.int_value if kind == "int_value" else value.double_value
    if not least <= number <= most:
        raise InvalidDataError(f"{name} is {number}: expected {least} to {most}")
    return int(number)


def flag(values: Mapping[str, Any], name: str) -> bool:
    """Whether an attribute is there and true."""
    return name in values and bool(values[name].bool_value)


def text(value: Any) -> str:
    """A scalar as text; empty for anything else."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return str(value.string_value)
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "int_value":
        return str(value.int_value)
    return ""


def texts(attributes: Any) -> dict[str, str]:
    """Attributes by name, as text."""
    return {a.key: text(a.value) for a in attributes}

"""Reads and checks what a request asks for. Everything raises InvalidDataError, naming the rule."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

import flask

from otel_replay.errors import InvalidDataError
from otel_replay.sessions.listing import LATEST_MS

_SESSION_ID = re.compile(r"[A-Za-z0-9_.\-]{1,128}")
_TRACE_ID = re.compile(r"[0-9A-Fa-f]{32}")
_INTEGER = re.compile(r"\d{1,15}")
_TIME = re.compile(r"\d{1,15}(\.\d{1,9})?")
_SLACK_NS = 500
"""Times in JSON are exact to about 0.2 us: an event's own time, given back, must still find it."""
_LATEST_NS = 2**63 - 1


def only(known: Collection[str]) -> None:
    """Refuses parameters that do not exist, which are misspelt ones, and repeated ones."""
    for name in flask.request.args:
        if name not in known:
            raise InvalidDataError(f"parameter {name!r}: expected some of {', '.join(known)}")
        if len(flask.request.args.getlist(name)) > 1:
            raise InvalidDataError(f"parameter {name!r} is given twice")


def text(name: str) -> str:
    return flask.request.args.get(name, "")


def integer(name: str, default: int, least: int, most: int) -> int:
    value = text(name)
    if not value:
        return default
    if not _INTEGER.fullmatch(value) or not least <= int(value) <= most:
        raise InvalidDataError(f"{name}={value}: expected a whole number from {least} to {most}")
    return int(value)


def time_ns(name: str, default: int) -> int:
    """A time given in ms since the epoch, as ns."""
    value = text(name)
    if not value:
        return default
    if not _TIME.fullmatch(value) or Decimal(value) > LATEST_MS:
        raise InvalidDataError(f"{name}={value}: expected milliseconds since the epoch")
    return int(Decimal(value) * 1_000_000)


def time_ms(name: str, default: int) -> int:
    """A time given in ms since the epoch, fractions cut off."""
    return time_ns(name, default * 1_000_000) // 1_000_000


def range_ns() -> dict[str, int]:
    """`from` and `to`, both included, as `from_ns` and `to_ns`; without them, all of time."""
    return {
        "from_ns": max(0, time_ns("from", 0) - _SLACK_NS),
        "to_ns": min(time_ns("to", _LATEST_NS) + _SLACK_NS, _LATEST_NS),
    }


def session_id(value: str) -> str:
    if not _SESSION_ID.fullmatch(value):
        raise InvalidDataError(
            f"session id {value!r}: expected 1 to 128 letters, digits, '_', '.' or '-'"
        )
    return value


def tab(value: str) -> str:
    if not _SESSION_ID.fullmatch(value):
        raise InvalidDataError(f"tab={value}: expected 1 to 128 letters, digits, '_', '.' or '-'")
    return value


def trace_id(value: str) -> str:
    if not _TRACE_ID.fullmatch(value):
        raise InvalidDataError(f"trace id {value!r}: expected 32 hexadecimal digits")
    return value.lower()

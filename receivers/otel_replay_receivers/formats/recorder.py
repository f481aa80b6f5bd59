"""Replay chunks of our own browser SDK: one log record each (docs/reference/wire-format.md)."""

from __future__ import annotations

import re
from typing import Any

from otel_replay import semconv
from otel_replay.errors import InvalidDataError
from otel_replay.sessions.chunks import MAX_CHUNK_BYTES, Chunk

_SESSION_ID = re.compile(r"[0-9A-Za-z_\-][0-9A-Za-z_.\-]{0,127}")
_TAB = re.compile(r"[0-9A-Za-z_\-]{1,64}")
_GZIP_MAGIC = b"\x1f\x8b\x08"
_MAX_SEQ = 2**32 - 1
# Years 1970 to 2261: what the time columns hold.
_MAX_MS = 9_200_000_000_000


def is_chunk(record: Any) -> bool:
    """Whether a log record of the recorder's scope is a chunk."""
    return bool(record.event_name == semconv.CHUNK_EVENT)


def chunk(record: Any, resource: Any, received_ms: int) -> Chunk:
    """Reads the chunk from its log record. Raises InvalidDataError naming the attribute."""
    values = {a.key: a.value for a in record.attributes}
    payload, encoding = _payload(record, values)
    attributes = {a.key: _text(a.value) for a in resource.attributes}
    start_ms = _integer(values, semconv.REPLAY_START, _MAX_MS)
    return Chunk(
        session_id=_matching(values, semconv.SESSION_ID, _SESSION_ID),
        tab=_matching(values, semconv.REPLAY_TAB, _TAB),
        seq=_integer(values, semconv.REPLAY_SEQ, _MAX_SEQ),
        start_ms=start_ms,
        end_ms=max(start_ms, _integer(values, semconv.REPLAY_END, _MAX_MS)),
        events=_integer(values, semconv.REPLAY_EVENTS, _MAX_SEQ),
        checkpoint=_flag(values, semconv.REPLAY_CHECKPOINT),
        final=_flag(values, semconv.REPLAY_FINAL),
        encoding=encoding,
        size_bytes=_integer(values, semconv.REPLAY_SIZE, 2**40),
        payload=payload,
        sent_ms=(record.observed_time_unix_nano or record.time_unix_nano) // 1_000_000,
        received_ms=received_ms,
        service_name=attributes.get(semconv.SERVICE_NAME, ""),
        user_id=_text(values[semconv.USER_ID]) if semconv.USER_ID in values else "",
        resource_attributes=attributes,
    )


def _payload(record: Any, values: dict[str, Any]) -> tuple[bytes, str]:
    if record.body.WhichOneof("value") != "bytes_value":
        raise InvalidDataError("the body of a chunk must be bytes_value")
    payload = bytes(record.body.bytes_value)
    encoding = _text(values[semconv.REPLAY_ENCODING]) if semconv.REPLAY_ENCODING in values else ""
    if encoding not in ("gzip", "identity"):
        raise InvalidDataError(
            f"{semconv.REPLAY_ENCODING} is {encoding!r}: expected gzip or identity"
        )
    if not 0 < len(payload) <= MAX_CHUNK_BYTES:
        raise InvalidDataError(
            f"the body of a chunk is {len(payload)} bytes: expected 1 to {MAX_CHUNK_BYTES}"
        )
    if encoding == "gzip" and not payload.startswith(_GZIP_MAGIC):
        raise InvalidDataError("the body of a chunk is not gzip, as its encoding says")
    return payload, encoding


def _matching(values: dict[str, Any], name: str, rule: re.Pattern[str]) -> str:
    value = _text(values[name]) if name in values else ""
    if not rule.fullmatch(value):
        raise InvalidDataError(f"{name} is {value[:64]!r}: expected {rule.pattern}")
    return value


def _integer(values: dict[str, Any], name: str, most: int) -> int:
    value = values.get(name)
    kind = value.WhichOneof("value") if value is not None else None
    if value is None or kind not in ("int_value", "double_value"):
        raise InvalidDataError(f"{name} is missing or no number")
    number = value.int_value if kind == "int_value" else value.double_value
    if not 0 <= number <= most:
        raise InvalidDataError(f"{name} is {number}: expected 0 to {most}")
    return int(number)


def _flag(values: dict[str, Any], name: str) -> bool:
    return name in values and bool(values[name].bool_value)


def _text(value: Any) -> str:
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return str(value.string_value)
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "int_value":
        return str(value.int_value)
    return ""

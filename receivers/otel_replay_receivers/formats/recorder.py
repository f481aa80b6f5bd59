"""Replay chunks of our own browser SDK: one log record each (docs/reference/wire-format.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_replay import semconv
from otel_replay.errors import InvalidDataError
from otel_replay.sessions.chunks import MAX_CHUNK_BYTES, Chunk
from otel_replay_receivers.formats.fields import (
    MAX_MS,
    MAX_SEQ,
    SESSION_ID,
    TAB,
    flag,
    integer,
    matching,
    text,
    texts,
)
from otel_replay_receivers.formats.taken import Taken

_GZIP_MAGIC = b"\x1f\x8b\x08"


def take(records: Sequence[Any], resource: Any, received_ms: int) -> Taken:
    """Takes the chunks among the records of the recorder's scope."""
    taken = Taken()
    for record in records:
        if record.event_name != semconv.CHUNK_EVENT:
            taken.rest.append(record)
            continue
        try:
            taken.chunks.append(chunk(record, resource, received_ms))
        except InvalidDataError as exc:
            taken.problems.append(str(exc))
    return taken


def chunk(record: Any, resource: Any, received_ms: int) -> Chunk:
    """Reads the chunk from its log record. Raises InvalidDataError naming the attribute."""
    values = {a.key: a.value for a in record.attributes}
    payload, encoding = _payload(record, values)
    attributes = texts(resource.attributes)
    start_ms = integer(values, semconv.REPLAY_START, MAX_MS)
    return Chunk(
        session_id=matching(values, semconv.SESSION_ID, SESSION_ID),
        tab=matching(values, semconv.REPLAY_TAB, TAB),
        seq=integer(values, semconv.REPLAY_SEQ, MAX_SEQ),
        start_ms=start_ms,
        end_ms=max(start_ms, integer(values, semconv.REPLAY_END, MAX_MS)),
        events=integer(values, semconv.REPLAY_EVENTS, MAX_SEQ),
        checkpoint=flag(values, semconv.REPLAY_CHECKPOINT),
        final=flag(values, semconv.REPLAY_FINAL),
        encoding=encoding,
        size_bytes=integer(values, semconv.REPLAY_SIZE, 2**40),
        payload=payload,
        sent_ms=(record.observed_time_unix_nano or record.time_unix_nano) // 1_000_000,
        received_ms=received_ms,
        service_name=attributes.get(semconv.SERVICE_NAME, ""),
        user_id=text(values[semconv.USER_ID]) if semconv.USER_ID in values else "",
        resource_attributes=attributes,
    )


def _payload(record: Any, values: dict[str, Any]) -> tuple[bytes, str]:
    if record.body.WhichOneof("value") != "bytes_value":
        raise InvalidDataError("the body of a chunk must be bytes_value")
    payload = bytes(record.body.bytes_value)
    encoding = text(values[semconv.REPLAY_ENCODING]) if semconv.REPLAY_ENCODING in values else ""
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

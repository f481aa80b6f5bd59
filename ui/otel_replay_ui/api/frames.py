"""The framed form of a recording: parts as stored, for the browser to decompress."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from otel_replay.errors import UnavailableError
from otel_replay.sessions.parts import Part

MIMETYPE = "application/vnd.otel-replay.frames"
MAX_BYTES = 32 * 1024 * 1024


def frame(part: Part) -> bytes:
    """One part: header and payload, each after its length in 4 bytes, big-endian."""
    header: dict[str, Any] = {"seq": part.seq, "encoding": part.encoding}
    if part.damage is not None:
        header = {"seq": part.seq, "error": {"code": "damaged", "message": part.damage}}
    head = orjson.dumps(header)
    return len(head).to_bytes(4) + head + len(part.payload).to_bytes(4) + part.payload


def frames(parts: Iterator[Part]) -> Iterator[bytes]:
    """At least one frame, then as many as stay within MAX_BYTES.

    The answer also ends where the blob store goes away: the next request begins there, and is told.
    Only the first part's UnavailableError is raised.
    """
    sent = 0
    try:
        for part in parts:
            framed = frame(part)
            if sent and sent + len(framed) > MAX_BYTES:
                return
            sent += len(framed)
            yield framed
    except UnavailableError:
        if not sent:
            raise

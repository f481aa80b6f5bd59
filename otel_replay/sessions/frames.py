"""The framed form of a recording: what the player reads, and what stands in a segment.

A frame is one part: a header and a payload, each after its length in 4 bytes, big-endian. The
header is JSON: ``{"seq": 7, "encoding": "gzip"}``, or ``{"seq": 7, "error": {"code", "message"}}``
for a part that cannot be read, whose payload is empty. In a segment it also has the ``tab``: a
segment may hold parts of several, and a reader passes over those of others than its own.
"""

from __future__ import annotations

from typing import Any

import orjson

from otel_replay.sessions.parts import Part

MIMETYPE = "application/vnd.otel-replay.frames"
_LENGTH_BYTES = 4


def frame(part: Part) -> bytes:
    """The part with its header."""
    header: dict[str, Any] = {"seq": part.seq, "encoding": part.encoding}
    if part.damage is not None:
        header = {"seq": part.seq, "error": {"code": "damaged", "message": part.damage}}
    return _begin(header, len(part.payload)) + part.payload


def beginning(tab: str, seq: int, length: int) -> bytes:
    """What stands in a segment before a payload of so many bytes."""
    return _begin({"tab": tab, "seq": seq, "encoding": "identity"}, length)


def _begin(header: dict[str, Any], length: int) -> bytes:
    head = orjson.dumps(header)
    return len(head).to_bytes(_LENGTH_BYTES) + head + length.to_bytes(_LENGTH_BYTES)

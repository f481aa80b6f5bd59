"""The parts of a recording, and the JSON in them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from otel_replay.errors import DamagedBlobError

MAX_JSON_BYTES = 512 * 1024 * 1024
"""A part that is bigger than this once decompressed counts as damaged."""
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Part:
    """A JSON array of events, encoded, or why it cannot be read."""

    seq: int
    start_ms: int
    encoding: str
    payload: bytes
    damage: str | None = None
    lost: bool = False
    """Its blob is missing or too short: another one may have taken its place."""


@dataclass(frozen=True, slots=True)
class Block:
    """The bytes of one row, or why they cannot be read."""

    encoding: str
    piece: bool
    """A piece of an event's JSON; else a JSON array of events."""
    stored: bytes
    damage: str | None = None
    lost: bool = False
    """As of a part."""

    def payload(self) -> bytes:
        """The stored bytes. Raises DamagedBlobError."""
        if self.damage is not None:
            raise DamagedBlobError(self.damage)
        return self.stored


def json_line(part: Part) -> bytes:
    """The part's JSON array of rrweb events, on one line. Raises DamagedBlobError."""
    if part.damage is not None:
        raise DamagedBlobError(part.damage)
    try:
        text = _array(decompressed(part.encoding, part.payload))
    except DamagedBlobError as exc:
        raise DamagedBlobError(f"part {part.seq} {exc}") from exc
    # In JSON, a line break that is not escaped can only stand between tokens.
    return text.translate(_LINE_BREAKS_TO_SPACES)


_LINE_BREAKS_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


def joined(blocks: Sequence[Block], skip: int, lacking: int) -> bytes:
    """The JSON array of all events in the blocks but the first `skip`.

    Raises DamagedBlobError, also when `lacking` pieces of the event are not among them.
    """
    events = [_events(block) for block in blocks if not block.piece]
    if skip:
        events[0] = _without_first(events[0], skip)
    if pieces := [block for block in blocks if block.piece]:
        if lacking:
            total = len(pieces) + lacking
            raise DamagedBlobError(f"has {len(pieces)} of the {total} pieces of its event")
        events.append(_event(pieces))
    return b"[" + b",".join(filter(None, events)) + b"]"


def _events(block: Block) -> bytes:
    """What stands between the brackets of the array."""
    return _array(decompressed(block.encoding, block.payload()))[1:-1]


def _without_first(events: bytes, skip: int) -> bytes:
    try:
        return orjson.dumps(orjson.loads(b"[" + events + b"]")[skip:])[1:-1]
    except orjson.JSONDecodeError as exc:
        raise DamagedBlobError(f"is not JSON: {exc}") from exc


def _event(pieces: Sequence[Block]) -> bytes:
    text = b"".join(decompressed(piece.encoding, piece.payload()) for piece in pieces)
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        if not is_too_deep(exc):
            raise DamagedBlobError(f"is not JSON: {exc}") from exc
    return text


def is_too_deep(exc: orjson.JSONDecodeError) -> bool:
    """Whether JSON was refused only as it nests deeper than orjson goes, which some pages do."""
    return "depth limit" in str(exc)


def _array(text: bytes) -> bytes:
    text = text.strip()
    if not (text.startswith(b"[") and text.endswith(b"]")):
        raise DamagedBlobError("is not a JSON array")
    return text


def decompressed(encoding: str, payload: bytes, max_bytes: int | None = None) -> bytes:
    """The text of a payload. Raises DamagedBlobError, also when it is more than `max_bytes`."""
    max_bytes = MAX_JSON_BYTES if max_bytes is None else max_bytes
    if encoding == "identity":
        return payload
    if encoding != "gzip":
        raise DamagedBlobError(f"has the unknown encoding {encoding!r}")
    inflater = zlib.decompressobj(_GZIP)
    try:
        text = inflater.decompress(payload, max_bytes)
    except zlib.error as exc:
        raise DamagedBlobError(f"is not gzip: {exc}") from exc
    if not inflater.eof:
        raise DamagedBlobError(f"ends early, or is bigger than {max_bytes} bytes decompressed")
    return text

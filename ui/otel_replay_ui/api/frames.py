"""The framed form of a recording as an answer: parts as stored, for the browser to decompress.

Chunks in packs travel as the browser compressed them, each in a frame. Segments are frames already,
one zstd frame of them: where the client takes zstd they are sent as they are, one after the other,
which is one zstd stream again.
"""

from __future__ import annotations

from collections.abc import Iterator

from otel_replay.errors import UnavailableError
from otel_replay.sessions import zstandard
from otel_replay.sessions.frames import frame
from otel_replay.sessions.parts import Part
from otel_replay.sessions.recording import Segment

MAX_BYTES = 32 * 1024 * 1024
_LEVEL = 1


def frames(parts: Iterator[Part]) -> Iterator[bytes]:
    """At least one frame, then as many as stay within MAX_BYTES.

    The answer also ends where the blob store goes away: the next request begins there, and is told.
    Only the first part's UnavailableError is raised.
    """
    return _bounded((len(framed), framed) for framed in map(frame, parts))


def zstd_frames(stored: Iterator[Part | Segment]) -> Iterator[bytes]:
    """The same within zstd, segments as they are stored."""
    return _bounded(map(_zstd, stored))


def _zstd(item: Part | Segment) -> tuple[int, bytes]:
    if isinstance(item, Segment):
        return item.size_bytes, item.data
    framed = frame(item)
    return len(framed), zstandard.compress(framed, _LEVEL)


def _bounded(pieces: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    """Pieces that come with their sizes once decompressed."""
    sent = 0
    try:
        for size_bytes, piece in pieces:
            if sent and sent + size_bytes > MAX_BYTES:
                return
            sent += size_bytes
            yield piece
    except UnavailableError:
        if not sent:
            raise

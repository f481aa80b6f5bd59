"""Reads a recording back, part by part, as it was stored."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from otel_replay.errors import DamagedBlobError, NotFoundError
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

HIGHEST_SEQ = 2**32 - 1
MAX_READ_BYTES = 4 * 1024 * 1024
"""Neighbouring chunks are read from their blob together up to this size."""
MAX_HOLE_BYTES = 64 * 1024
"""Bytes of other sessions between two chunks that are cheaper to read than to skip."""
MAX_JSON_BYTES = 512 * 1024 * 1024
"""A part that is bigger than this once decompressed counts as damaged."""
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a part lies."""

    seq: int
    start_ms: int
    encoding: str
    blob: str
    offset: int
    length: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part as stored, or why it cannot be read."""

    seq: int
    start_ms: int
    encoding: str
    payload: bytes
    damage: str | None = None


def first_tab(database: Database, session_id: str) -> str | None:
    """The tab whose recording begins first; None when nothing was recorded."""
    rows = database.query(read_query(__package__, "first_tab"), {"id": session_id})
    return rows[0]["Tab"] if rows else None


def stored_parts(
    database: Database, session_id: str, tab: str, from_seq: int = 0, to_seq: int = HIGHEST_SEQ
) -> list[Stored]:
    """Where the parts of a tab lie, both ends included, in order. Raises NotFoundError."""
    parameters = {"id": session_id, "tab": tab, "from_seq": from_seq, "to_seq": to_seq}
    rows = database.query(read_query(__package__, "recording"), parameters)
    if not rows and not database.query(read_query(__package__, "has_tab"), parameters):
        raise NotFoundError(f"session {session_id!r} has no recording of a tab {tab!r}")
    return [_stored(row) for row in rows]


def _stored(row: dict[str, Any]) -> Stored:
    return Stored(
        seq=row["Seq"],
        start_ms=row["start_ms"],
        encoding=row["Encoding"],
        blob=row["Blob"],
        offset=row["Offset"],
        length=row["Length"],
        crc32=row["Crc32"],
    )


def read_parts(blobs: BlobStore, stored: Sequence[Stored]) -> Iterator[Part]:
    """Yields a part for each place, in order; holds no more than one read in memory.

    Raises UnavailableError when the blob store is away.
    """
    for run in _runs(stored):
        yield from _read_run(blobs, run)


def _runs(stored: Sequence[Stored]) -> Iterator[list[Stored]]:
    """Cuts the places into runs that one read of one blob covers."""
    run: list[Stored] = []
    for place in stored:
        if run and not _continues(run, place):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _continues(run: Sequence[Stored], place: Stored) -> bool:
    first, last = run[0], run[-1]
    hole = place.offset - (last.offset + last.length)
    size = place.offset + place.length - first.offset
    return place.blob == first.blob and 0 <= hole <= MAX_HOLE_BYTES and size <= MAX_READ_BYTES


def _read_run(blobs: BlobStore, run: Sequence[Stored]) -> Iterator[Part]:
    start, end = run[0].offset, run[-1].offset + run[-1].length
    try:
        data = memoryview(blobs.get(run[0].blob, start, end - start))
    except DamagedBlobError as exc:
        if len(run) == 1:
            yield _damaged(run[0], str(exc))
            return
        # A blob that ends early may still hold the first of them.
        for place in run:
            yield from _read_run(blobs, [place])
        return
    for place in run:
        offset = place.offset - start
        yield _checked(place, bytes(data[offset : offset + place.length]))


def _checked(place: Stored, payload: bytes) -> Part:
    if zlib.crc32(payload) != place.crc32:
        return _damaged(place, f"part {place.seq} fails its checksum")
    return Part(place.seq, place.start_ms, place.encoding, payload)


def _damaged(place: Stored, message: str) -> Part:
    return Part(place.seq, place.start_ms, place.encoding, b"", damage=message)


def json_line(part: Part) -> bytes:
    """The part's JSON array of rrweb events, on one line. Raises DamagedBlobError."""
    if part.damage is not None:
        raise DamagedBlobError(part.damage)
    text = _decompressed(part).strip()
    if not (text.startswith(b"[") and text.endswith(b"]")):
        raise DamagedBlobError(f"part {part.seq} is not a JSON array")
    # In JSON, a line break that is not escaped can only stand between tokens.
    return text.translate(_LINE_BREAKS_TO_SPACES)


_LINE_BREAKS_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


def _decompressed(part: Part) -> bytes:
    if part.encoding == "identity":
        return part.payload
    if part.encoding != "gzip":
        raise DamagedBlobError(f"part {part.seq} has the unknown encoding {part.encoding!r}")
    inflater = zlib.decompressobj(_GZIP)
    try:
        text = inflater.decompress(part.payload, MAX_JSON_BYTES)
    except zlib.error as exc:
        raise DamagedBlobError(f"part {part.seq} is not gzip: {exc}") from exc
    if not inflater.eof:
        raise DamagedBlobError(
            f"part {part.seq} ends early, or is bigger than {MAX_JSON_BYTES} bytes decompressed"
        )
    return text

"""Reads a recording back, part by part: as it was stored wherever one row is one part."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from otel_replay.errors import DamagedBlobError, NotFoundError
from otel_replay.sessions import clock
from otel_replay.sessions.blocks import block_size, in_blocks
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.layout import Row, Stretch, arrange
from otel_replay.sessions.parts import Block, Part, joined
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

HIGHEST_SEQ = 2**32 - 1
MAX_READ_BYTES = 4 * 1024 * 1024
"""Neighbouring chunks are read from their blob together up to this size."""
MAX_HOLE_BYTES = 64 * 1024
"""Bytes of other sessions between two chunks that are cheaper to read than to skip."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bytes of one row lie."""

    encoding: str
    blob: str
    offset: int
    length: int
    crc32: int
    piece: bool
    """Holds a piece of an event, not a list of events."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a part lies, in the order in which its rows are joined."""

    seq: int
    start_ms: int
    places: tuple[Place, ...]
    skip: int
    """Events of the first place that the part before this one has already."""
    lacking: int
    """Pieces of its event that never came."""


def first_tab(database: Database, session_id: str, clock_errors: ClockErrors) -> str | None:
    """The tab whose recording begins first; None when nothing was recorded."""
    parameters = {"id": session_id, **clock.parameters({session_id: clock_errors})}
    rows = database.query(read_query(__package__, "first_tab"), parameters)
    return rows[0]["Tab"] if rows else None


def stored_parts(
    database: Database,
    session_id: str,
    tab: str,
    from_seq: int = 0,
    to_seq: int = HIGHEST_SEQ,
    *,
    finished: bool = False,
) -> list[Stored]:
    """Where the parts of a tab lie that begin in a range, both ends included, in order.

    `finished` as the session is: its manifest may list several rows as one part.
    Raises NotFoundError.
    """
    parameters = {"id": session_id, "tab": tab}
    (extent,) = database.query(read_query(__package__, "extent"), parameters)
    if not extent["rows"]:
        raise NotFoundError(f"session {session_id!r} has no recording of a tab {tab!r}")
    size = block_size(extent["rows"], extent["end_seq"]) if finished else 1
    # Rows around the range may have a share in it.
    around = extent["longest"] + size
    first, last = max(0, from_seq - around), min(HIGHEST_SEQ, to_seq + around)
    rows = database.query(
        read_query(__package__, "recording"), {**parameters, "first": first, "last": last}
    )
    stretches = in_blocks(arrange(rows), size)
    return [_stored(stretch) for stretch in stretches if from_seq <= stretch.seq <= to_seq]


def _stored(stretch: Stretch) -> Stored:
    return Stored(
        seq=stretch.seq,
        start_ms=stretch.rows[0]["start_ms"],
        places=tuple(_place(row) for row in stretch.rows),
        skip=stretch.skip,
        lacking=stretch.lacking,
    )


def _place(row: Row) -> Place:
    return Place(
        encoding=row["Encoding"],
        blob=row["Blob"],
        offset=row["Offset"],
        length=row["Length"],
        crc32=row["Crc32"],
        piece=row["Piece"] > 0,
    )


def read_parts(blobs: BlobStore, stored: Sequence[Stored]) -> Iterator[Part]:
    """Yields a part for each, in order; holds little more than one read in memory.

    Raises UnavailableError when the blob store is away.
    """
    places = [place for one in stored for place in one.places]
    blocks = (block for run in _runs(places) for block in _read_run(blobs, run))
    for one in stored:
        yield _part(one, list(itertools.islice(blocks, len(one.places))))


def _part(stored: Stored, blocks: Sequence[Block]) -> Part:
    seq, start_ms = stored.seq, stored.start_ms
    block = blocks[0]
    try:
        if len(blocks) > 1 or stored.skip or stored.lacking or block.piece:
            text = joined(blocks, stored.skip, stored.lacking)
            return Part(seq, start_ms, "identity", text)
        return Part(seq, start_ms, block.encoding, block.payload())
    except DamagedBlobError as exc:
        return Part(seq, start_ms, block.encoding, b"", damage=f"part {seq} {exc}")


def _runs(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Cuts the places into runs that one read of one blob covers."""
    run: list[Place] = []
    for place in places:
        if run and not _continues(run, place):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _continues(run: Sequence[Place], place: Place) -> bool:
    first, last = run[0], run[-1]
    hole = place.offset - (last.offset + last.length)
    size = place.offset + place.length - first.offset
    return place.blob == first.blob and 0 <= hole <= MAX_HOLE_BYTES and size <= MAX_READ_BYTES


def _read_run(blobs: BlobStore, run: Sequence[Place]) -> Iterator[Block]:
    start, end = run[0].offset, run[-1].offset + run[-1].length
    try:
        data = memoryview(blobs.get(run[0].blob, start, end - start))
    except DamagedBlobError as exc:
        if len(run) == 1:
            yield Block(run[0].encoding, run[0].piece, b"", f"cannot be read: {exc}")
            return
        # A blob that ends early may still hold the first of them.
        for place in run:
            yield from _read_run(blobs, [place])
        return
    for place in run:
        offset = place.offset - start
        yield _checked(place, bytes(data[offset : offset + place.length]))


def _checked(place: Place, payload: bytes) -> Block:
    damage = None if zlib.crc32(payload) == place.crc32 else "fails its checksum"
    return Block(place.encoding, place.piece, payload, damage)

"""Moves a finished session's recording from packs into an object of its own.

The object is written first, then the rows are inserted again, pointing there: of two rows with the
same key and the same time of coming in, the later inserted one counts. So at any moment each row
points to bytes that are there, and a process that is killed in between leaves an object that nobody
refers to, which garbage.py collects. To do it again changes nothing.

A chunk whose bytes are gone or fail their checksum stays where it is: what is damaged now may be
mended there. One that came damaged, whose bytes are as they were sent, moves as it is.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from otel_replay.erasure.tombstones import erased
from otel_replay.errors import DamagedBlobError, UnavailableError
from otel_replay.sessions import frames, packs, zstandard
from otel_replay.sessions.facts import Facts
from otel_replay.sessions.parts import Block, decompressed
from otel_replay.sessions.places import Place, Range, place_of
from otel_replay.sessions.reading import Stored, read_places
from otel_replay.sessions.segments import ChunkRow, SessionObject, key_of
from otel_replay.storage.alter import alter
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

MAX_TEXT_BYTES = 64 * 1024 * 1024
"""A chunk that is bigger than this decompressed moves as it is: it must fit into memory."""
LONGEST_WRITE_S = 15 * 60
"""An object that took longer to write is given up."""
_TIMES = ("StartTime", "EndTime", "SentAt", "ReceivedAt")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A session may last into another month, and browsers' clocks may be set to any.
_SETTINGS = {"max_partitions_per_insert_block": 0}
# On all replicas, before the call returns.
_UNDO_SETTINGS = {"mutations_sync": 2}


@dataclass(frozen=True, slots=True)
class Compacted:
    """What became of a session's chunks."""

    chunks: int
    """Now in the object; 0 when nothing was to be done."""
    left: int
    """That could not be read, and stay where they are."""
    bytes_in: int
    """What the chunks took."""
    bytes_out: int
    """What the object takes."""
    cpu_s: float
    superseded: tuple[str, ...]
    """Earlier objects of the session that its chunks have left."""


def compact(
    database: Database,
    blobs: BlobStore,
    session_id: str,
    started: datetime,
    now: Callable[[], datetime],
) -> Compacted:
    """Writes the session's object and points its rows there; `started` is when the session began.

    Nothing is written when there is nothing in packs that can be read, or the session was erased.
    Raises QueryError and UnavailableError; then it can be tried again.
    """
    began = time.thread_time()
    rows = [] if erased(database, [session_id]) else session_chunks(database, session_id)
    built, facts = SessionObject(), Facts(rows)
    moved: list[ChunkRow] = []
    if any(map(is_loose, rows)):
        for group in _groups(blobs, rows):
            if group.add_to(built, facts):
                moved += group.rows
    elif rows:
        _touch(database, session_id)
        return Compacted(0, 0, 0, 0, time.thread_time() - began, ())
    left = len(rows) - len(moved)
    if not any(map(is_loose, moved)):
        return Compacted(0, left, 0, 0, time.thread_time() - began, ())
    key = key_of(session_id, started, now())
    size_bytes = _store(database, blobs, session_id, key, built, facts)
    return Compacted(
        chunks=len(moved) if size_bytes else 0,
        left=left,
        bytes_in=sum(row["StoredBytes"] for row in moved),
        bytes_out=size_bytes,
        cpu_s=time.thread_time() - began,
        superseded=tuple({row["Blob"] for row in moved if not is_loose(row)}),
    )


def _touch(database: Database, session_id: str) -> None:
    """Has the session's row computed anew: it says that chunks lie in packs, and none does.

    A worker that is killed after its rows are stored, and before the news of them is, leaves that.
    """
    database.insert("session_touched", [{"SessionId": session_id}])


def _store(
    database: Database,
    blobs: BlobStore,
    session_id: str,
    key: str,
    built: SessionObject,
    facts: Facts,
) -> int:
    """Returns the size of the object; 0 when the session was erased meanwhile."""
    data = built.finish(key)
    began = time.monotonic()
    blobs.put(key, data)
    if time.monotonic() - began > LONGEST_WRITE_S:
        # By its name it may soon count as garbage, if the claim on the session has lapsed as well.
        blobs.delete(key)
        raise UnavailableError(f"the blob store took too long for {key}: more than 15 minutes")
    database.insert("session_inputs", facts.rows(session_id), _SETTINGS)
    database.insert("replay_chunks", built.rows, _SETTINGS)
    if not erased(database, [session_id]):
        return len(data)
    for name in ("undo_chunks", "undo_inputs"):
        alter(database, read_query(__package__, name), {"id": session_id}, _UNDO_SETTINGS)
    blobs.delete(key)
    return 0


def session_chunks(database: Database, session_id: str) -> list[ChunkRow]:
    """All columns of a session's rows, in the order of its object.

    Raises QueryError and UnavailableError.
    """
    rows = database.query(read_query(__package__, "session_chunks"), {"id": session_id})
    for row in rows:
        for name in _TIMES:
            row[name] = _EPOCH + timedelta(milliseconds=row[name])
    return rows


def is_loose(row: ChunkRow) -> bool:
    """Whether the chunk lies in a pack."""
    return bool(row["Blob"].startswith(packs.PACK_PREFIX))


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring rows of one range: a chunk in a pack, or those that share a segment."""

    stored: Stored
    rows: Sequence[ChunkRow]
    places: Sequence[Place]
    joins: bool
    """A chunk that lies in a pack comes next, and may join them."""

    def add_to(self, built: SessionObject, facts: Facts) -> bool:
        """Adds the chunks to the object; not, and returns False, when they cannot be read."""
        blocks = [self.stored.block(place) for place in self.places]
        if any(block.damage for block in blocks):
            for row, block in zip(self.rows, blocks, strict=True):
                facts.add(row, block)
            return False
        whole = self._can_stay_whole()
        if whole:
            built.add_segment(self.rows, self.stored.data)
        for row, block in zip(self.rows, map(_plain, blocks), strict=True):
            facts.add(row, block)
            if whole:
                continue
            if block.damage is None:
                built.add(row, block.stored)
            else:
                built.add_raw(row, self.stored.data)
        return True

    def _can_stay_whole(self) -> bool:
        """Whether it is a segment that nothing has come for."""
        if self.joins or not self.stored.range.is_segment:
            return False
        end = 0
        for row, place in zip(self.rows, self.places, strict=True):
            begin = end + len(frames.beginning(row["Tab"], row["Seq"], place.inner_length))
            if place.inner_offset != begin:
                return False
            end = begin + place.inner_length
        return end == zstandard.content_bytes(self.stored.data)


def _plain(block: Block) -> Block:
    """The block decompressed, or why that is impossible."""
    try:
        text = decompressed(block.encoding, block.stored, MAX_TEXT_BYTES)
    except DamagedBlobError as exc:
        return replace(block, damage=str(exc))
    return Block("identity", block.piece, text)


def _groups(blobs: BlobStore, rows: Sequence[ChunkRow]) -> Iterator[_Group]:
    index = 0
    found = zip(rows, read_places(blobs, map(place_of, rows)), strict=True)
    for _, group in itertools.groupby(found, key=_range):
        members = list(group)
        index += len(members)
        yield _Group(
            stored=members[0][1][0],
            rows=[row for row, _ in members],
            places=[place for _, (_, place) in members],
            joins=any(map(is_loose, rows[index : index + 1])),
        )


def _range(found: tuple[ChunkRow, tuple[Stored, Place]]) -> Range:
    _, (_, place) = found
    return place.range

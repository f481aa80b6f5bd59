"""Reads a recording back, part by part: as it was stored wherever one row is one part."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from otel_replay.errors import DamagedBlobError, NotFoundError
from otel_replay.sessions import clock, zstandard
from otel_replay.sessions.blocks import block_size, in_blocks
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.layout import Stretch, arrange
from otel_replay.sessions.parts import Block, Part, joined
from otel_replay.sessions.places import Place, Range, place_of
from otel_replay.sessions.reading import Stored, read_places
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

HIGHEST_SEQ = 2**32 - 1
MOVES = 5
"""How often a recording may move to other blobs while one answer is read."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A part and where it lies, its places in the order in which they are joined."""

    seq: int
    start_ms: int
    places: tuple[Place, ...]
    skip: int
    """Events of the first place that the part before this one has already."""
    lacking: int
    """Pieces of its event that never came."""
    segment: Range | None
    """The segment that it lies in, if that holds nothing but parts as they are listed."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Neighbouring parts as they are stored: one zstd frame of frames (frames.py).

    It may hold more parts than were asked for.
    """

    seq: int
    """The first that was asked for."""
    data: bytes
    size_bytes: int
    """Once decompressed."""


def first_tab(database: Database, session_id: str, clock_errors: ClockErrors) -> str | None:
    """The tab whose recording begins first; None when nothing was recorded."""
    parameters = {"id": session_id, **clock.parameters({session_id: clock_errors})}
    rows = database.query(read_query(__package__, "first_tab"), parameters)
    return rows[0]["Tab"] if rows else None


class Recording:
    """The parts of one tab that begin in a range of numbers, both ends included, in order.

    `finished` as the session is: its manifest may list several rows as one part. Raises
    NotFoundError when nothing of the tab is recorded.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        session_id: str,
        tab: str,
        from_seq: int = 0,
        to_seq: int = HIGHEST_SEQ,
        *,
        finished: bool = False,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._session_id = session_id
        self._tab = tab
        self._to_seq = to_seq
        self._finished = finished
        self._listed = self._list(from_seq)

    @property
    def in_segments(self) -> bool:
        """Whether any of it lies in segments."""
        return any(place.range.is_segment for one in self._listed for place in one.places)

    def parts(self) -> Iterator[Part]:
        """Each part by itself. Raises UnavailableError when the blob store is away."""
        return (item for item in self._read(whole=False) if isinstance(item, Part))

    def stored(self) -> Iterator[Part | Segment]:
        """The same, but whole segments wherever one holds what is listed.

        Raises UnavailableError when the blob store is away.
        """
        return self._read(whole=True)

    def _read(self, *, whole: bool) -> Iterator[Part | Segment]:
        """Asks the index again where a blob is gone: its chunks may have moved to another."""
        listed = self._listed
        for _ in range(MOVES):
            moved = None
            for item in _items(self._blobs, listed, whole=whole):
                if isinstance(item, Part) and item.lost:
                    moved = self._moved(listed, item.seq)
                    if moved is not None:
                        break
                yield item
            if moved is None:
                return
            listed = moved
        yield from _items(self._blobs, listed, whole=whole)

    def _moved(self, listed: Sequence[Listed], from_seq: int) -> list[Listed] | None:
        """What is listed from a number on, if its places are not what they were."""
        try:
            now = self._list(from_seq)
        except NotFoundError:
            return None
        before = [one.places for one in listed if one.seq >= from_seq]
        return now if [one.places for one in now] != before else None

    def _list(self, from_seq: int) -> list[Listed]:
        parameters = {"id": self._session_id, "tab": self._tab}
        to_seq = self._to_seq
        (extent,) = self._database.query(
            read_query(__package__, "extent"), {**parameters, "from": from_seq, "to": to_seq}
        )
        if not extent["rows"]:
            raise NotFoundError(
                f"session {self._session_id!r} has no recording of a tab {self._tab!r}"
            )
        size = block_size(extent["rows"], extent["end_seq"]) if self._finished else 1
        # Rows around the range, and around the segments that it lies in, may have a share in it.
        around = extent["longest"] + size
        first = max(0, min(from_seq, extent["first"]) - around)
        last = min(HIGHEST_SEQ, max(to_seq, extent["last"]) + around)
        rows = self._database.query(
            read_query(__package__, "recording"), {**parameters, "first": first, "last": last}
        )
        return list(_listed(in_blocks(arrange(rows), size), from_seq, to_seq))


def _listed(stretches: Sequence[Stretch], from_seq: int, to_seq: int) -> Iterator[Listed]:
    odd = _odd_segments(stretches)
    for stretch in stretches:
        if from_seq <= stretch.seq <= to_seq:
            places = tuple(place_of(row) for row in stretch.rows)
            of = places[0].range
            yield Listed(
                seq=stretch.seq,
                start_ms=stretch.rows[0]["start_ms"],
                places=places,
                skip=stretch.skip,
                lacking=stretch.lacking,
                segment=of if of.is_segment and of not in odd else None,
            )


def _odd_segments(stretches: Sequence[Stretch]) -> set[Range]:
    """Segments with rows that are not listed as a part each."""
    odd: set[Range] = set()
    for stretch in stretches:
        (first, *more) = stretch.rows
        if more or stretch.skip or stretch.lacking or stretch.seq != first["Seq"]:
            odd.update(place_of(row).range for row in stretch.rows)
        elif first["Pieces"]:
            odd.add(place_of(first).range)
    return odd


def _items(blobs: BlobStore, listed: Sequence[Listed], *, whole: bool) -> Iterator[Part | Segment]:
    """Yields a part for each, in order; holds little more than one read in memory."""
    read = read_places(blobs, [place for one in listed for place in one.places])
    for segment, group in itertools.groupby(listed, key=lambda one: one.segment):
        if whole and segment is not None:
            yield from _whole(list(group), read)
        else:
            for one in group:
                found = itertools.islice(read, len(one.places))
                yield _part(one, [stored.block(place) for stored, place in found])


def _whole(
    listed: Sequence[Listed], read: Iterator[tuple[Stored, Place]]
) -> Iterator[Part | Segment]:
    """The segment that these parts lie in; if it is damaged, they are."""
    found = list(itertools.islice(read, len(listed)))
    stored, _ = found[0]
    if stored.damage is None:
        size_bytes = zstandard.content_bytes(stored.data)
        yield Segment(listed[0].seq, stored.data, size_bytes)
        return
    for one, (_, place) in zip(listed, found, strict=True):
        yield _part(one, [stored.block(place)])


def _part(listed: Listed, blocks: Sequence[Block]) -> Part:
    seq, start_ms = listed.seq, listed.start_ms
    block = blocks[0]
    try:
        if len(blocks) > 1 or listed.skip or listed.lacking or block.piece:
            text = joined(blocks, listed.skip, listed.lacking)
            return Part(seq, start_ms, "identity", text)
        return Part(seq, start_ms, block.encoding, block.payload())
    except DamagedBlobError as exc:
        lost = any(block.lost for block in blocks)
        return Part(seq, start_ms, block.encoding, b"", f"part {seq} {exc}", lost)

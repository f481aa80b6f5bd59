"""Reads the bytes of places: neighbours with one read, each segment once."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from otel_replay.errors import DamagedBlobError
from otel_replay.sessions import parts, zstandard
from otel_replay.sessions.parts import Block
from otel_replay.sessions.places import Place, Range
from otel_replay.storage.blobs import BlobStore

MAX_READ_BYTES = 4 * 1024 * 1024
"""Neighbouring ranges are read from their blob together up to this size."""
MAX_HOLE_BYTES = 64 * 1024
"""Bytes of other sessions between two chunks that are cheaper to read than to skip."""


class Stored:
    """The bytes of a range as they were read, or why they cannot be had."""

    def __init__(self, of: Range, data: bytes, damage: str | None = None) -> None:
        self.range = of
        self.data = data
        self.damage = damage
        self.lost = damage is not None
        """The blob is missing or too short: another one may have taken its place."""
        if damage is None and zlib.crc32(data) != of.crc32:
            self.damage = "fails its checksum"
        self._text: bytes | None = None

    def block(self, place: Place) -> Block:
        """What the range has of a place in it."""
        if not self.range.is_segment:
            encoding = self.range.encoding
            return Block(encoding, place.piece, self.data, self.damage, lost=self.lost)
        try:
            text = self._inside(place)
        except DamagedBlobError as exc:
            return Block("identity", place.piece, b"", str(exc), lost=self.lost)
        return Block("identity", place.piece, text)

    def _inside(self, place: Place) -> bytes:
        if self.damage is not None:
            raise DamagedBlobError(self.damage)
        if self._text is None:
            self._text = zstandard.decompress(self.data, parts.MAX_JSON_BYTES)
        end = place.inner_offset + place.inner_length
        if end > len(self._text):
            raise DamagedBlobError(f"is not in its segment, which has {len(self._text)} bytes")
        return self._text[place.inner_offset : end]


def read_blocks(blobs: BlobStore, places: Iterable[Place]) -> Iterator[Block]:
    """Yields what each place holds, in order; little more than one read is in memory.

    Raises UnavailableError when the blob store is away.
    """
    for stored, place in read_places(blobs, places):
        yield stored.block(place)


def read_places(blobs: BlobStore, places: Iterable[Place]) -> Iterator[tuple[Stored, Place]]:
    """Yields each place with the range that it lies in. Raises UnavailableError."""
    for run in _runs(places):
        yield from _read_run(blobs, run)


def _runs(places: Iterable[Place]) -> Iterator[list[Place]]:
    """Cuts the places into runs that one read of one blob covers."""
    run: list[Place] = []
    for place in places:
        if run and not _continues(run[0].range, run[-1].range, place.range):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _continues(first: Range, last: Range, following: Range) -> bool:
    if following == last:
        return True
    hole = following.offset - last.end
    size = following.end - first.offset
    near = 0 <= hole <= MAX_HOLE_BYTES and size <= MAX_READ_BYTES
    return following.blob == first.blob and near


def _read_run(blobs: BlobStore, run: Sequence[Place]) -> Iterator[tuple[Stored, Place]]:
    first, last = run[0].range, run[-1].range
    try:
        data = memoryview(blobs.get(first.blob, first.offset, last.end - first.offset))
    except DamagedBlobError as exc:
        if first == last:
            lost = Stored(first, b"", f"cannot be read: {exc}")
            yield from ((lost, place) for place in run)
            return
        # A blob that ends early may still hold the first of them.
        for _, group in groupby(run, key=_range):
            yield from _read_run(blobs, list(group))
        return
    for of, group in groupby(run, key=_range):
        start = of.offset - first.offset
        stored = Stored(of, bytes(data[start : start + of.length]))
        yield from ((stored, place) for place in group)


def _range(place: Place) -> Range:
    return place.range

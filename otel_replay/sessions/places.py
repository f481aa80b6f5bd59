"""Where the bytes of a recording lie."""

from __future__ import annotations

from dataclasses import dataclass

from otel_replay.sessions.layout import Row

SEGMENT = "zstd"
"""The encoding of chunks that lie in a segment, several in one zstd frame."""


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of a blob that are read as one: a chunk, or a segment."""

    blob: str
    offset: int
    length: int
    crc32: int
    encoding: str

    @property
    def end(self) -> int:
        return self.offset + self.length

    @property
    def is_segment(self) -> bool:
        return self.encoding == SEGMENT


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bytes of one row lie."""

    range: Range
    inner_offset: int
    """In a segment: where its chunk begins in the decompressed content."""
    inner_length: int
    piece: bool
    """Holds a piece of an event, not a list of events."""


def place_of(row: Row) -> Place:
    """The place of a row of replay_chunks."""
    return Place(
        Range(row["Blob"], row["Offset"], row["Length"], row["Crc32"], row["Encoding"]),
        inner_offset=row["InnerOffset"],
        inner_length=row["InnerLength"],
        piece=row["Piece"] > 0,
    )

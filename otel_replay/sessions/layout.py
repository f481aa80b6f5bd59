"""Which stored rows make up a tab's recording, so that each of its events is there once.

A row of our own recorder is a chunk and has one sequence number. Rows of other recorders cover runs
of numbers, one for each event or piece of an event; delivered twice, such runs may overlap, and an
event may lie in several rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

Row = Mapping[str, Any]
"""A row of replay_chunks: Seq, MoreSeqs, Widths, Piece, Pieces, Events, Checkpoint, and more."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that are read as one part."""

    seq: int
    """The first number it adds to what comes before."""
    end_seq: int
    rows: tuple[Row, ...]
    skip: int = 0
    """Events at the beginning of the first row that an earlier stretch has already."""
    lacking: int = 0
    """Pieces of its event that never came."""

    @property
    def events(self) -> int:
        """Events that it adds."""
        return self.total("Events") - self.skip

    @property
    def checkpoint(self) -> bool:
        """Begins with a full snapshot."""
        return bool(self.rows[0]["Checkpoint"]) and not self.skip

    def total(self, column: str) -> int:
        """The sum of a column over the rows."""
        if len(self.rows) == 1:  # nearly all; a long session's manifest asks for thousands
            return int(self.rows[0][column])
        return sum(row[column] for row in self.rows)

    def spans(self) -> Iterator[tuple[int, int]]:
        """First and last numbers of what it has; more than one where pieces lack in between."""
        if not self.lacking:
            yield self.seq, self.end_seq
            return
        for row in self.rows:
            yield row["Seq"], row["Seq"] + row["MoreSeqs"]


def arrange(rows: Sequence[Row]) -> list[Stretch]:
    """The stretches of one tab, by number. `rows` come in the order of Seq."""
    if not any(row["MoreSeqs"] or row["Pieces"] or _lone_meta(row) for row in rows):
        return [Stretch(row["Seq"], row["Seq"], (row,)) for row in rows]
    whole = list(_whole(row for row in rows if not row["Pieces"]))
    split = _split([row for row in rows if row["Pieces"]], whole)
    return list(_with_meta(sorted([*whole, *split], key=lambda stretch: stretch.seq)))


def _lone_meta(row: Row) -> bool:
    """May be a Meta event without the snapshot that follows it."""
    return bool(row["Checkpoint"]) and row["Events"] == 1


def _whole(rows: Iterator[Row]) -> Iterator[Stretch]:
    """Rows of whole events, each reduced to what the ones before it do not have."""
    following = 0
    for row in sorted(rows, key=lambda row: (row["Seq"], -row["MoreSeqs"])):
        end = row["Seq"] + row["MoreSeqs"]
        if end >= following:
            stretch = Stretch(row["Seq"], end, (row,))
            yield _cut(stretch, following) if row["Seq"] < following else stretch
            following = end + 1


def _cut(stretch: Stretch, seq: int) -> Stretch:
    """The stretch from a number within it on."""
    rows = tuple(row for row in stretch.rows if row["Seq"] + row["MoreSeqs"] >= seq)
    numbers = max(0, seq - rows[0]["Seq"])
    skip = _events_within(rows[0], numbers)
    return Stretch(seq, stretch.end_seq, rows, skip, stretch.lacking)


def _events_within(row: Row, numbers: int) -> int:
    """How many of the row's events begin within its first numbers."""
    if not row["Widths"]:
        return int(min(numbers, row["Events"]))
    starts = accumulate(row["Widths"][:-1], initial=0)
    return sum(start < numbers for start in starts)


def _split(pieces: Sequence[Row], whole: Sequence[Stretch]) -> Iterator[Stretch]:
    """Events in pieces that no row has as a whole."""
    starts = [stretch.seq for stretch in whole]

    def known(row: Row) -> bool:
        before = bisect_right(starts, row["Seq"])
        return before > 0 and row["Seq"] <= whole[before - 1].end_seq

    lone = sorted((row for row in pieces if not known(row)), key=_event_of)
    for (_, total), group in groupby(lone, key=_event_of):
        rows = tuple(sorted(group, key=lambda row: row["Seq"]))
        yield Stretch(rows[0]["Seq"], rows[-1]["Seq"], rows, lacking=total - len(rows))


def _event_of(row: Row) -> tuple[int, int]:
    """Equal for the pieces of one event."""
    return row["Seq"] - row["Piece"], row["Pieces"]


def _with_meta(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """A Meta event that came apart from its snapshot is read with it."""
    meta: Stretch | None = None
    for stretch in stretches:
        if meta is not None and _belongs(meta, stretch):
            rows = (*meta.rows, *stretch.rows)
            yield Stretch(meta.seq, stretch.end_seq, rows)
            meta = None
            continue
        if meta is not None:
            yield meta
        meta = stretch if stretch.checkpoint and stretch.events == 1 else None
        if meta is None:
            yield stretch
    if meta is not None:
        yield meta


def _belongs(meta: Stretch, stretch: Stretch) -> bool:
    follows = stretch.seq == meta.end_seq + 1 and stretch.checkpoint and not stretch.lacking
    return follows and not meta.rows[0]["Pieces"]

"""Fewer, longer stretches for recordings of very many rows: the manifest must stay small.

Only for sessions that are finished: what a viewer has loaded goes by the numbers of the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from otel_replay.sessions.layout import Stretch

MAX_LISTED = 4_000
"""Rows of a tab up to which each may be listed by itself."""


def block_size(rows: int, end_seq: int) -> int:
    """How many numbers a block has: a power of two, so that there are at most MAX_LISTED / 2."""
    if rows <= MAX_LISTED:
        return 1
    return 1 << max(0, (2 * end_seq) // MAX_LISTED).bit_length()


def in_blocks(stretches: Sequence[Stretch], size: int) -> list[Stretch]:
    """Neighbours that begin in the same block as one stretch each.

    A stretch that begins a block does so whatever else is known of the tab, so that parts can be
    asked for by their numbers.
    """
    return list(stretches) if size == 1 else list(_joined(stretches, size))


def _joined(stretches: Sequence[Stretch], size: int) -> Iterator[Stretch]:
    group: list[Stretch] = []
    for stretch in stretches:
        if group and not _continues(group, stretch, size):
            yield _one(group)
            group = []
        group.append(stretch)
    if group:
        yield _one(group)


def _continues(group: Sequence[Stretch], stretch: Stretch, size: int) -> bool:
    first, last = group[0], group[-1]
    return (
        stretch.seq == last.end_seq + 1
        and stretch.seq // size == first.seq // size
        and not stretch.checkpoint
        and _plain(first)
        and _plain(stretch)
    )


def _plain(stretch: Stretch) -> bool:
    """Whole events, and all of them."""
    return not stretch.skip and not any(row["Pieces"] for row in stretch.rows)


def _one(group: Sequence[Stretch]) -> Stretch:
    if len(group) == 1:
        return group[0]
    rows = tuple(row for stretch in group for row in stretch.rows)
    return Stretch(group[0].seq, group[-1].end_seq, rows)

"""What lacks in a tab's recording: holes in its sequence, and what its recorder says it dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MISSING = "missing"
DROP_SLACK_MS = 1_000
"""A drop is reported just before or after the time that lacks in the recording."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sequence numbers without a hole, both ends included, and their time."""

    seq: int
    end_seq: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Sequence numbers that lack, or none, and their time."""

    from_seq: int
    to_seq: int
    start_ms: int
    end_ms: int
    reason: str = MISSING


def gaps(spans: Sequence[Span], known: Mapping[str, Any] | None) -> list[Gap]:
    """Holes in the sequence, and the recorder's drops that made none, by time.

    `spans` are in order, `known` is a row of manifest_tabs.sql. A drop without a hole is an empty
    range: its `from_seq` is the chunk after it, its `to_seq` one less.
    """
    drops = list(known["drops"]) if known else []
    found = []
    for hole in _holes(spans, known):
        named = [d for d in drops if _near(d[0], hole)]
        drops = [d for d in drops if d not in named]
        reason = named[0][1] if named else MISSING
        found.append(Gap(hole.seq, hole.end_seq, hole.start_ms, hole.end_ms, reason))
    found += [_empty(spans, time_ms, reason) for time_ms, reason in drops]
    return sorted(found, key=lambda gap: (gap.start_ms, gap.from_seq))


def _holes(spans: Sequence[Span], known: Mapping[str, Any] | None) -> Iterator[Span]:
    first = spans[0]
    if first.seq > 0:
        opened_ms = min(known["start_ms"], first.start_ms) if known else first.start_ms
        yield Span(0, first.seq - 1, opened_ms, first.start_ms)
    for before, after in pairwise(spans):
        if after.seq > before.end_seq + 1:
            yield Span(before.end_seq + 1, after.seq - 1, before.end_ms, after.start_ms)


def _near(time_ms: int, hole: Span) -> bool:
    return hole.start_ms - DROP_SLACK_MS <= time_ms <= hole.end_ms + DROP_SLACK_MS


def _empty(spans: Sequence[Span], time_ms: int, reason: str) -> Gap:
    following = (span.seq for span in spans if span.start_ms > time_ms)
    seq = next(following, spans[-1].end_seq + 1)
    return Gap(seq, seq - 1, time_ms, time_ms, reason)

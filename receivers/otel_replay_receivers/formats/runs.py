"""Cuts events into the runs that are stored as one chunk each."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from otel_replay_receivers.formats.events import FULL_SNAPSHOT, META, Event, consecutive

MAX_RUN_BYTES = 4 * 1024 * 1024
"""A run ends with the event that reaches this."""
_LEVEL = 1


@dataclass
class Run:
    """Successive whole events, or one piece of an event."""

    events: list[Event] = field(default_factory=list)

    @property
    def json(self) -> bytes:
        """The stored text: a JSON array, or of a piece its part of the JSON."""
        if self.events[0].number:
            return self.events[0].text
        return b"[" + b",".join(event.text for event in self.events) + b"]"

    @property
    def whole_events(self) -> int:
        """Events that begin in the run."""
        return sum(event.number <= 1 for event in self.events)

    @property
    def checkpoint(self) -> bool:
        """Begins with a full snapshot or the Meta event that rrweb emits right before one."""
        return self.events[0].type in (META, FULL_SNAPSHOT)

    @property
    def more_seqs(self) -> int:
        """Sequence numbers beyond the first."""
        return sum(event.width for event in self.events) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Sequence numbers of each event; empty when each has one."""
        widths = tuple(event.width for event in self.events)
        return widths if any(width > 1 for width in widths) else ()


def compressed(text: bytes) -> bytes:
    """As gzip; equal for equal texts."""
    return gzip.compress(text, _LEVEL, mtime=0)


def runs_of(events: Sequence[Event]) -> Iterator[Run]:
    """Runs without a hole; a full snapshot begins one, and a piece is one by itself."""
    run = Run()
    size = 0
    for before, event in consecutive(events):
        if run.events and (size >= MAX_RUN_BYTES or _cut(before, event)):
            yield run
            run, size = Run(), 0
        run.events.append(event)
        size += len(event.text)
    if run.events:
        yield run


def _cut(before: Event | None, event: Event) -> bool:
    if before is None or before.number or event.number:
        return True
    return event.type == META or (event.type == FULL_SNAPSHOT and before.type != META)

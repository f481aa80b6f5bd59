"""Counts what each key sent and what became of it, for daily budgets and the status page.

Counting is in memory; `otel_replay.usage_writer` brings it to the database now and then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

ACCEPTED = "accepted"
"""The outcome whose bytes count towards a budget: a refused request is going to come again."""
MAX_LINES = 20_000
"""Counts kept in memory while the database is away; above this, old minutes become hours."""
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


class Line(NamedTuple):
    """What is counted apart."""

    minute_s: int
    """Start of the minute (or of the hour, the day), seconds since the epoch."""
    key: str
    """The shown name of the key, empty without one; never the key itself."""
    signal: str
    outcome: str
    reason: str


@dataclass(slots=True)
class Counts:
    """Sums of one line."""

    requests: int = 0
    records: int = 0
    bytes: int = 0
    last_s: float = 0
    """When it was counted last, seconds since the epoch."""

    def add(self, other: Counts) -> None:
        """Adds what `other` has."""
        self.requests += other.requests
        self.records += other.records
        self.bytes += other.bytes
        self.last_s = max(self.last_s, other.last_s)


Lines = dict[Line, Counts]


@dataclass
class _Today:
    """Accepted bytes since midnight UTC."""

    day: int
    own: dict[tuple[str, str], int] = field(default_factory=dict)
    """(project, key) to what this process counted."""
    others: dict[tuple[str, str], int] = field(default_factory=dict)
    """(project, key) to what other processes, and earlier ones, had counted when last looked."""


class UsageLedger:
    """Counts by project, key, signal, outcome and reason. Safe for threads; never waits for I/O."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch."""
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, Lines] = {}
        self._today = _Today(self._day())

    def add(
        self,
        *,
        project: str,
        key: str,
        signal: str,
        outcome: str,
        reason: str = "",
        requests: int = 0,
        records: int = 0,
        bytes: int = 0,
    ) -> None:
        """Counts something that has been answered.

        `key` is the key's shown name; `outcome` is accepted, refused or failed, and `reason` why,
        in one of few words.
        """
        now_s = self._clock()
        line = Line(int(now_s) // _MINUTE_S * _MINUTE_S, key, signal, outcome, reason)
        counts = Counts(requests, records, bytes, now_s)
        with self._lock:
            self._count(project, line, counts)
            if outcome == ACCEPTED:
                own = self._current().own
                own[project, key] = own.get((project, key), 0) + bytes

    def bytes_today(self, project: str, key: str) -> int:
        """Accepted bytes since midnight UTC: this process' own, and what is known of others'."""
        with self._lock:
            today = self._current()
            return today.own.get((project, key), 0) + today.others.get((project, key), 0)

    def take(self, project: str) -> Lines:
        """What was counted since the last call; it is the caller's now."""
        with self._lock:
            return self._pending.pop(project, {})

    def note_stored(self, project: str, day: int, stored: Iterable[tuple[str, int]]) -> None:
        """Says what the database has of a day (days since the epoch): key and accepted bytes.

        To be called while all that was taken has been stored: what the database has beyond this
        process' own share is others'.
        """
        with self._lock:
            today = self._current()
            if day != today.day:
                return
            unstored = self._unstored_today(project)
            for key, total in stored:
                own = today.own.get((project, key), 0) - unstored.get(key, 0)
                today.others[project, key] = max(0, total - own)

    def _unstored_today(self, project: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for line, counts in self._pending.get(project, {}).items():
            if line.outcome == ACCEPTED and line.minute_s // _DAY_S == self._today.day:
                found[line.key] = found.get(line.key, 0) + counts.bytes
        return found

    def _count(self, project: str, line: Line, counts: Counts) -> None:
        lines = self._pending.setdefault(project, {})
        known = lines.get(line)
        if known is not None:
            known.add(counts)
            return
        if len(lines) >= MAX_LINES:
            lines = self._pending[project] = _coarser(lines)
        lines.setdefault(line, Counts()).add(counts)

    def _current(self) -> _Today:
        day = self._day()
        if day != self._today.day:
            self._today = _Today(day)
        return self._today

    def _day(self) -> int:
        return int(self._clock()) // _DAY_S


def _coarser(lines: Lines) -> Lines:
    """The same sums in fewer lines: by hour, or by day, or in the end without names."""
    for merge in (_by(_HOUR_S), _by(_DAY_S), _without_names):
        merged: Lines = {}
        for line, counts in lines.items():
            merged.setdefault(merge(line), Counts()).add(counts)
        if len(merged) <= MAX_LINES // 2:
            break
    return merged


def _by(step_s: int) -> Callable[[Line], Line]:
    return lambda line: line._replace(minute_s=line.minute_s // step_s * step_s)


def _without_names(line: Line) -> Line:
    return _by(_DAY_S)(line)._replace(key="", reason="other")

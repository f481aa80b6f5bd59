"""What fsck can find, and the report of what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_EXAMPLES = 20
"""Of each kind so many are named in the report; all are counted."""

Say = Callable[[dict[str, Any]], None]
"""Hears how far a job is: ``stage``, and figures such as ``done``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding; docs/reference/care.md explains each."""

    name: str
    title: str
    remedy: str
    problem: bool = True
    """Whether it makes the project unclean; others are worth knowing only."""


MISSING_BLOB = Kind(
    "missing_blob",
    "rows whose blob is not there",
    "bring the blob back from a backup; what it held cannot be played",
)
SHORT_BLOB = Kind(
    "short_blob",
    "blobs that end before what rows say of them",
    "bring the blob back from a backup; what lies beyond its end cannot be played",
)
OVERLAP = Kind(
    "overlap",
    "blobs of which rows claim the same bytes",
    "bring replay_chunks back from a backup, and tell us: nothing should write such rows",
)
UNREADABLE = Kind(
    "unreadable",
    "stored parts that fail their checksum or cannot be decompressed or parsed",
    "bring the blob back from a backup; the part is shown as damaged in the replay",
)
INDEX_DISAGREES = Kind(
    "index_disagrees",
    "blobs whose own list of contents says otherwise than the rows",
    "nothing is lost while the rows are there; bring the blob back from a backup if they are not",
)
LOST_ROWS = Kind(
    "lost_rows",
    "blobs that hold chunks of which no row is left",
    "otel-replay fsck --repair makes the rows anew from the blob",
)
ORPHAN = Kind(
    "orphan",
    "blobs that no row refers to, older than the time they are kept for readers",
    "the worker deletes them by itself; if they stay, it does not run: otel-replay fsck --repair",
)
FOREIGN = Kind(
    "foreign",
    "blobs that are none of ours",
    "move them out of the project's folder or prefix: no other program should write there",
    problem=False,
)
DOUBLED_SESSION = Kind(
    "doubled_session",
    "sessions with two rows in sessions",
    "otel-replay fsck --repair computes them anew",
)
STALE_SESSION = Kind(
    "stale_session",
    "sessions whose row disagrees with what is stored of them",
    "otel-replay fsck --repair computes them anew",
)
ERASED_ROWS = Kind(
    "erased_rows",
    "sessions that were erased and still have rows",
    "otel-replay fsck --repair erases them again",
)
ERASED_BLOBS = Kind(
    "erased_blobs",
    "sessions that were erased and still have bytes in blobs",
    "otel-replay fsck --repair erases them again",
)
HOLE = Kind(
    "hole",
    "holes in the order of a tab's chunks",
    "the browser never delivered them, or a blob's rows are lost; the player shows a gap",
    problem=False,
)

KINDS = (
    *(MISSING_BLOB, SHORT_BLOB, OVERLAP, UNREADABLE, INDEX_DISAGREES, LOST_ROWS, ORPHAN),
    *(FOREIGN, DOUBLED_SESSION, STALE_SESSION, ERASED_ROWS, ERASED_BLOBS, HOLE),
)


@dataclass
class Findings:
    """What was looked at and what was found; grows as fsck goes."""

    checked: Counter[str] = field(default_factory=Counter)
    """blobs, bytes, rows, parts, tabs and sessions that were looked at."""
    pending: Counter[str] = field(default_factory=Counter)
    """What is under way and was left alone: young blobs, sessions not computed yet."""
    counts: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: Kind, what: str, *, repaired: bool = False) -> None:
        """Counts a finding; `what` names the blob, session or tab and says what is wrong."""
        self.counts[kind.name] += 1
        self.repaired[kind.name] += repaired
        named = self.examples.setdefault(kind.name, [])
        if len(named) < MAX_EXAMPLES:
            named.append(what)

    @property
    def clean(self) -> bool:
        """No problem is left."""
        return not any(
            kind.problem and self.counts[kind.name] > self.repaired[kind.name] for kind in KINDS
        )

    def report(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "clean": self.clean,
            "checked": dict(self.checked),
            "pending": {name: n for name, n in self.pending.items() if n},
            "findings": {
                kind.name: {
                    "count": self.counts[kind.name],
                    "repaired": self.repaired[kind.name],
                    "problem": kind.problem,
                    "title": kind.title,
                    "remedy": kind.remedy,
                    "examples": self.examples[kind.name],
                }
                for kind in KINDS
                if self.counts[kind.name]
            },
        }

"""How wrong the clocks of browsers are, and times by ours.

A browser says at each sending what time it has; the receiver notes when that came in. The
difference, the lag, is the delay on the way less the browser's error. A delay cannot be negative,
so the record with the shortest lag says most: the browser is ahead of us by at least what its lag
lies below zero, and not behind by more than its lag.

Times are stored as they were sent. The errors are computed from what was received (sql/lags.sql),
stored with the session, and taken off where times are compared or shown. An error is positive when
the browser's clock is ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

SLACK_MS = 1_000
"""Being ahead by less is no error: no delay makes it, but our own receivers' clocks may differ."""
DELAY_MS = 2_000
"""Being behind by less is none either: a phone needs that long to connect and send, at worst."""
UPLOAD_BYTES_PER_MS = 125
"""1 Mbit/s: the upload of a chunk may take as long as that besides."""
BATCH_MS = 10_000
"""OpenTelemetry SDKs keep records other than chunks back for up to 5 s before they send them."""
SAME_CLOCK_MS = 60_000
"""The tabs of one browser have one clock: lags that differ by less than this differ by delay."""
NEVER_MS = 2**62
"""Beyond any lag: of a tab whose records may have waited for any time before they were sent."""

OF_SESSION = ""
"""The key of the session's own error, for records that name no tab."""


@dataclass(frozen=True)
class ClockErrors:
    """The errors (ms) of one session's browsers, by tab; tabs whose clock is right are left out."""

    by_tab: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> ClockErrors:
        """Those of a row of sql/row_columns.sql."""
        return cls({tab: int(error) for tab, error in row["ClockErrors"].items()})

    def of(self, tab: str) -> int:
        return self.by_tab.get(tab, 0)

    @property
    def of_session(self) -> int:
        """The error of the clock that most of the session was recorded by."""
        return self.of(OF_SESSION)


@dataclass(frozen=True)
class Lag:
    """The shortest lag of a tab, as sql/lags.sql finds it."""

    tab: str
    lag_ms: int
    explained_ms: int
    """Up to here, a lag may be nothing but delay."""
    records: int
    """How many it was taken from; 0 when nothing tells."""
    recorded: bool
    """They are chunks of a recording, whose time of sending is known best."""


def estimate(database: Database, session_ids: Sequence[str]) -> dict[str, ClockErrors]:
    """The errors of these sessions as of now, of those that have any."""
    parameters = {
        "ids": list(session_ids),
        "slack_ms": SLACK_MS,
        "delay_ms": DELAY_MS,
        "upload_bytes_per_ms": UPLOAD_BYTES_PER_MS,
        "batch_ms": BATCH_MS,
        "same_clock_ms": SAME_CLOCK_MS,
        "never_ms": NEVER_MS,
    }
    rows = database.query(read_query(__package__, "lags"), parameters)
    rows.sort(key=lambda row: row["session_id"])
    found = {
        session_id: errors([_lag(row) for row in group])
        for session_id, group in groupby(rows, key=lambda row: row["session_id"])
    }
    return {session_id: known for session_id, known in found.items() if known.by_tab}


def _lag(row: Mapping[str, Any]) -> Lag:
    return Lag(
        row["tab"], row["lag_ms"], row["explained_ms"], row["records"], bool(row["recorded"])
    )


def errors(lags: Iterable[Lag]) -> ClockErrors:
    """What the lags of a session's tabs say about its clocks.

    Tabs that nothing is known of, and records without a tab, go by the clock that most of what is
    known was sent by.
    """
    lags = sorted(lags, key=lambda lag: lag.lag_ms)
    clocks = [(_error(clock), clock) for clock in _clocks([lag for lag in lags if lag.records])]
    if not clocks:
        return ClockErrors()
    of_session, _ = max(clocks, key=lambda found: _weight(found[1]))
    by_tab = {lag.tab: of_session for lag in lags if not lag.records}
    by_tab |= {lag.tab: error for error, clock in clocks for lag in clock}
    by_tab[OF_SESSION] = of_session
    return ClockErrors({tab: error for tab, error in by_tab.items() if error})


def _clocks(lags: Sequence[Lag]) -> list[list[Lag]]:
    """The lags, shortest first, grouped by the clock that they were measured with."""
    clocks: list[list[Lag]] = []
    for lag in lags:
        if not clocks or lag.lag_ms - clocks[-1][0].lag_ms > SAME_CLOCK_MS:
            clocks.append([])
        clocks[-1].append(lag)
    return clocks


def _weight(clock: Sequence[Lag]) -> tuple[bool, int]:
    return any(lag.recorded for lag in clock), sum(lag.records for lag in clock)


def _error(clock: Sequence[Lag]) -> int:
    lag_ms = clock[0].lag_ms
    explained_ms = min(lag.explained_ms for lag in clock)
    return 0 if -SLACK_MS <= lag_ms <= explained_ms else -lag_ms


def parameters(found: Mapping[str, ClockErrors]) -> dict[str, Any]:
    """The parameters of sql/our_clock.sql, for these sessions.

    Times by their browsers' clocks lie at most `behind_ms` (not above 0) and `ahead_ms` from ours.
    """
    known = [(i, tab, error) for i, known in found.items() for tab, error in known.by_tab.items()]
    return {
        "behind_ms": min([0, *(error for _, _, error in known)]),
        "ahead_ms": max([0, *(error for _, _, error in known)]),
        "clock_keys": [f"{session_id} {tab}" for session_id, tab, _ in known],
        "clock_errors": [error for _, _, error in known],
        "slack_ms": SLACK_MS,
    }

"""From when on data has to be there: what is older may have gone with its retention."""

from __future__ import annotations

from dataclasses import dataclass

from otel_replay.erasure.retention import Retention

DAY_MS = 86_400_000
SLACK_MS = 6 * 3600_000
"""Retention counts from the session's start, and a session lasts at most 4 hours."""


@dataclass(frozen=True)
class KeptFrom:
    """Times in ms since the epoch."""

    chunks_ms: int
    """Rows of chunks that came in since then are there."""
    all_ms: int
    """Everything of sessions that began since then is there."""

    @classmethod
    def of(cls, retention: Retention, now_ms: int) -> KeptFrom:
        """What `retention` leaves."""
        shortest = min(retention.replay, retention.logs, retention.traces)
        return cls(_from(retention.replay, now_ms), _from(shortest, now_ms))


def _from(days: int, now_ms: int) -> int:
    return now_ms - days * DAY_MS + SLACK_MS

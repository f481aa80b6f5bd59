"""From when on data has to be there: what is older may have gone with its retention."""

from __future__ import annotations

from dataclasses import dataclass

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

USUAL_DAYS = 30.0
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
    def of(cls, database: Database, now_ms: int) -> KeptFrom:
        """By the retention of the project. Raises QueryError and UnavailableError."""
        rows = database.query(read_query(__package__, "retentions"))
        days = {row["Name"]: row["days"] for row in rows}
        replay = _from(days.get("retention_replay", USUAL_DAYS), now_ms)
        return cls(replay, max([replay, *(_from(value, now_ms) for value in days.values())]))


def _from(days: float, now_ms: int) -> int:
    return now_ms - int(days * DAY_MS) + SLACK_MS if days > 0 else 0

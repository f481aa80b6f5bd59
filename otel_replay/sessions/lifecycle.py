"""When a session counts as finished.

A session is live from its first record. It is finished

* after ``session.end``, unless the browser recorded something later than that;
* 2 minutes after the last chunk came in, when the last chunk of every tab is a final one;
* 15 minutes after the browser's last record came in;
* once it has lasted 4 hours.

The rules are computed in sql/derive.sql, as the moment at which the session finishes if nothing
more comes in: records that come late give another moment, which reopens a session by itself.
Waiting is measured by our clock. Lasting is measured by what the browser says of its records, with
the error of its clock taken off and none of them later than it came in: neither a wrong clock nor a
single record from the future ends a session.
"""

from __future__ import annotations

from typing import Any

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

IDLE_MS = 15 * 60_000
FINAL_MS = 2 * 60_000
LONGEST_MS = 4 * 3600_000
END_SLACK_MS = 2_000
"""How much later than ``session.end`` other tabs may still report what happened before it."""


def limits(now_ms: int) -> dict[str, Any]:
    """The parameters of derive.sql; `now_ms` is our clock, ms since the epoch."""
    return {
        "now_ms": now_ms,
        "idle_ms": IDLE_MS,
        "final_ms": FINAL_MS,
        "longest_ms": LONGEST_MS,
        "end_slack_ms": END_SLACK_MS,
    }


def due(database: Database, now_ms: int, limit: int) -> list[str]:
    """Ids of at most `limit` live sessions whose time to finish has come."""
    rows = database.query(read_query(__package__, "due"), {"now_ms": now_ms, "limit": limit})
    return [row["SessionId"] for row in rows]

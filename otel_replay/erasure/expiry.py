"""Takes out what sessions have kept for as long as they may, kind by kind.

It remembers up to which start of a session it has been, so that each round looks at few sessions.
Run again after it was cut off, it does the same once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from otel_replay.erasure.erase import Eraser
from otel_replay.erasure.retention import Retention, apply_ttls, of_project
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_MARK = "expired_"

TABLES: Mapping[str, Mapping[str, str]] = {
    "replay": {"replay_chunks": "of_sessions", "session_inputs": "of_sessions"},
    # Exceptions come from logs and from spans, and go with whichever goes first.
    "logs": {
        "trace_exceptions": "of_exceptions",
        "otel_logs": "of_either",
        "session_errors": "of_log_events",
        "session_events": "of_log_events",
    },
    "traces": {
        "trace_exceptions": "of_exceptions",
        "otel_traces": "of_either",
        "otel_traces_trace_id_ts": "of_traces",
        "session_errors": "of_span_events",
        "session_events": "of_span_events",
    },
    "session": {
        "session_errors": "of_sessions",
        "session_events": "of_sessions",
        "session_touched": "of_sessions",
        "trace_touched": "of_traces",
        "session_traces": "of_sessions",
        "trace_sessions": "of_sessions",
        "sessions": "of_sessions",
    },
}
"""Kind to the tables that it has rows in, and their condition as in rows.py. ``session`` is what is
left when the last of the others is over."""


class Expiry:
    """Of one project. Every method raises QueryError and UnavailableError."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        defaults: Retention,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` gives seconds since the epoch."""
        self._database = database
        self._eraser = Eraser(database, blobs, clock)
        self._defaults = defaults
        self._clock = clock

    def run_once(self) -> dict[str, int]:
        """Takes out what is over; returns how many sessions by kind.

        Times are cut to the hour, so that each table is rewritten once an hour at most.
        """
        retention = of_project(self._database, self._defaults)
        apply_ttls(self._database, retention)
        now_ms = int(self._clock() * 1000)
        return {
            kind: self._expire(kind, _cutoff_ms(now_ms, int(getattr(retention, kind))))
            for kind in TABLES
        }

    def _expire(self, kind: str, cutoff_ms: int) -> int:
        from_ms, version = self._mark(kind)
        if from_ms == cutoff_ms:
            return 0
        parameters = {"cutoff_ms": cutoff_ms, "from_ms": from_ms, "version": version}
        rows = self._database.query(read_query(__package__, "candidates"), parameters)
        if rows:
            ids = [row["SessionId"] for row in rows]
            self._eraser.expire(ids, TABLES[kind], cutoff_ms, payload=kind == "replay")
        mark = f"{cutoff_ms} {time.time_ns() // 1000}"
        row = {"Name": f"{_MARK}{kind}", "Value": mark, "ChangedBy": "otel-replay"}
        self._database.insert("project_settings", [row])
        return len(rows)

    def _mark(self, kind: str) -> tuple[int, int]:
        """Up to which start it has been, and to which version of rows."""
        name = f"{_MARK}{kind}"
        rows = self._database.query(read_query(__package__, "settings"), {"names": [name]})
        if not rows:
            return 0, 0
        cutoff, _, version = rows[0]["Value"].partition(" ")
        return int(cutoff), int(version)


def _cutoff_ms(now_ms: int, days: int) -> int:
    return max(0, now_ms - days * DAY_MS) // HOUR_MS * HOUR_MS

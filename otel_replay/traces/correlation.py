"""Which sessions a trace belongs to, and which traces a session has."""

from __future__ import annotations

from typing import Any

from otel_replay.errors import NotFoundError
from otel_replay.sessions import session
from otel_replay.sessions.times import ms, offset_ms
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

MAX_SESSIONS = 20
MAX_TRACES = 1_000


def sessions_of_trace(database: Database, trace_id: str, now_ms: int) -> list[dict[str, Any]]:
    """The sessions in the API's shape; those that can be replayed come first."""
    rows = database.query(
        read_query(__package__, "sessions_of_trace"), {"id": trace_id, "limit": MAX_SESSIONS}
    )
    found = [shown for row in rows if (shown := _session(database, row, now_ms))]
    return sorted(found, key=lambda shown: not shown["has_replay"])


def _session(database: Database, row: dict[str, Any], now_ms: int) -> dict[str, Any] | None:
    """One session; None when its rows have expired and only the trace's are left."""
    try:
        found = session.summary(session.find(database, row["SessionId"], now_ms))
    except NotFoundError:
        return None
    return {
        "id": found["id"],
        "start_ms": found["start_ms"],
        "offset_ms": offset_ms(row["start_ns"], found["start_ms"]),
        "tab": row["tab"],
        "user": found["user"],
        "has_replay": found["has_replay"],
    }


def traces_of_session(database: Database, session_id: str, now_ms: int) -> dict[str, Any]:
    """The traces by time in the API's shape. Raises NotFoundError."""
    zero_ms = session.find(database, session_id, now_ms)["start_ms"]
    rows = database.query(
        read_query(__package__, "traces_of_session"), {"id": session_id, "limit": MAX_TRACES + 1}
    )
    return {
        "traces": [_trace(row, zero_ms) for row in rows[:MAX_TRACES]],
        "truncated": len(rows) > MAX_TRACES,
    }


def _trace(row: dict[str, Any], zero_ms: int) -> dict[str, Any]:
    return {
        "trace_id": row["trace_id"],
        "start_ms": ms(row["start_ns"]),
        "offset_ms": offset_ms(row["start_ns"], zero_ms),
        "duration_ms": ms(row["duration_ns"]),
        "name": row["name"],
        "service": row["service"],
        "services": list(row["services"]),
        "spans": row["spans"],
        "errors": row["errors"],
        "status": row["status"] or None,
    }

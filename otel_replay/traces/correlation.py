"""Which sessions a trace belongs to, and which traces a session has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from otel_replay.errors import NotFoundError
from otel_replay.sessions import clock, session
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.times import ms, offset_ms
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

MAX_SESSIONS = 20
MAX_TRACES = 10_000
MAX_SPANS = 2_000
_AFTERWARDS_MS = 86_400_000
"""For so long after a session its traces may go on."""


@dataclass(frozen=True)
class TracedSession:
    """A session that a trace belongs to."""

    row: Mapping[str, Any]
    """By the names of sessions/sql/row_columns.sql."""
    tab: str
    """The tab that began the trace, empty when unknown."""

    @property
    def id(self) -> str:
        return str(self.row["SessionId"])

    @property
    def clock_errors(self) -> ClockErrors:
        return ClockErrors.of_row(self.row)

    def shown(self, first_ns: int) -> dict[str, Any]:
        """In the API's shape; `first_ns` is when its first record of the trace was made."""
        found = session.summary(self.row)
        return {
            "id": found["id"],
            "start_ms": found["start_ms"],
            "offset_ms": offset_ms(first_ns, found["start_ms"]),
            "tab": self.tab,
            "clock_error_ms": self.clock_errors.of(self.tab),
            "user": found["user"],
            "has_replay": found["has_replay"],
        }


def sessions_of_trace(database: Database, trace_id: str, now_ms: int) -> list[TracedSession]:
    """The sessions by time; those that can be replayed come first."""
    rows = database.query(
        read_query(__package__, "sessions_of_trace"), {"id": trace_id, "limit": MAX_SESSIONS}
    )
    found = [traced for row in rows if (traced := _traced(database, row, now_ms))]
    return sorted(found, key=lambda traced: not traced.row["HasReplay"])


def _traced(database: Database, row: Mapping[str, Any], now_ms: int) -> TracedSession | None:
    """One session; None when its rows have expired and only the trace's are left."""
    try:
        return TracedSession(session.find(database, row["SessionId"], now_ms), row["tab"])
    except NotFoundError:
        return None


def traces_of_session(database: Database, session_id: str, now_ms: int) -> dict[str, Any]:
    """The traces by time in the API's shape. Raises NotFoundError."""
    found = session.find(database, session_id, now_ms)
    parameters = {
        "id": session_id,
        "limit": MAX_TRACES + 1,
        **clock.parameters({session_id: ClockErrors.of_row(found)}),
    }
    rows = database.query(read_query(__package__, "traces_of_session"), parameters)
    return {
        "traces": [_trace(row, found["start_ms"]) for row in rows[:MAX_TRACES]],
        "releases": _releases(rows),
        "truncated": len(rows) > MAX_TRACES,
    }


def _releases(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each version of each service that had a part in the traces."""
    found = sorted({(service, version) for row in rows for service, version in row["releases"]})
    return [{"service": service, "version": version} for service, version in found]


def spans_of_session(
    database: Database, session_id: str, now_ms: int, from_ns: int, to_ns: int
) -> dict[str, Any]:
    """Spans of all its traces that were under way between two times (ns since the epoch).

    In the API's shape, without attributes, by start. Raises NotFoundError.
    """
    found = session.find(database, session_id, now_ms)
    parameters = {
        "id": session_id,
        "from_ns": from_ns,
        "to_ns": min(to_ns, (found["end_ms"] + _AFTERWARDS_MS) * 1_000_000),
        "limit": MAX_SPANS + 1,
        **clock.parameters({session_id: ClockErrors.of_row(found)}),
    }
    rows = database.query(read_query(__package__, "spans_of_session"), parameters)
    return {
        "spans": [_span(row, found["start_ms"]) for row in rows[:MAX_SPANS]],
        "truncated": len(rows) > MAX_SPANS,
    }


def _span(row: Mapping[str, Any], zero_ms: int) -> dict[str, Any]:
    names = ("trace_id", "span_id", "parent_span_id", "name", "kind", "service", "status")
    return {
        **{name: row[name] for name in names},
        "start_ms": ms(row["start_ns"]),
        "offset_ms": offset_ms(row["start_ns"], zero_ms),
        "duration_ms": ms(row["duration_ns"]),
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

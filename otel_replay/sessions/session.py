"""One session, as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_replay.erasure.tombstones import erased
from otel_replay.erasure.users import erased_since
from otel_replay.errors import NotFoundError
from otel_replay.sessions.derive import computed
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

COUNTS = {
    "pages": "Pages",
    "clicks": "Clicks",
    "key_presses": "KeyPresses",
    "rage_clicks": "RageClicks",
    "dead_clicks": "DeadClicks",
    "errors": "Errors",
    "backend_errors": "BackendErrors",
    "requests": "Requests",
    "failed_requests": "FailedRequests",
    "console_errors": "ConsoleErrors",
    "traces": "Traces",
    "tabs": "Tabs",
    "chunks": "Chunks",
    "events": "Events",
}
"""Name of a count in the API to its column."""


def find(database: Database, session_id: str, now_ms: int) -> dict[str, Any]:
    """The row of a session, by the names of sql/row_columns.sql and sql/page_columns.sql.

    A session that the worker has not come to yet is computed here. Raises NotFoundError.
    """
    rows = database.query(read_query(__package__, "session"), {"id": session_id})
    row = rows[0] if rows else computed(database, session_id, now_ms)
    # Of what was erased, something may have come in late and not be taken out yet.
    if (
        row is None
        or erased(database, [session_id])
        or (not rows and erased_since(database, row["UserId"], row["start_ms"]))
    ):
        raise NotFoundError(f"nothing was received of a session {session_id!r}")
    return row


def state(database: Database, session_id: str, now_ms: int) -> str:
    """Only whether it is live or finished, at a quarter of the price. Raises NotFoundError."""
    rows = database.query(read_query(__package__, "session_state"), {"id": session_id})
    if rows and not erased(database, [session_id]):
        return str(rows[0]["State"])
    return str(find(database, session_id, now_ms)["State"])


def detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """The session with its pages, by when they were first open, and its browser's attributes."""
    columns = ("page_urls", "page_entered_ms", "page_visits", "page_time_ms")
    pages = [
        {
            "url": url,
            "entered_ms": entered_ms,
            "offset_ms": entered_ms - row["start_ms"],
            "visits": visits,
            "time_ms": time_ms,
        }
        for url, entered_ms, visits, time_ms in zip(*(row[name] for name in columns), strict=True)
    ]
    return {**summary(row), "pages": pages, "attributes": row["Attributes"]}


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """The session as in lists."""
    return {
        "id": row["SessionId"],
        "state": row["State"],
        "previous_id": row["PreviousId"] or None,
        "start_ms": row["start_ms"],
        "end_ms": row["end_ms"],
        "duration_ms": row["end_ms"] - row["start_ms"],
        "active_ms": row["ActiveMs"],
        "clock_error_ms": row["ClockErrorMs"],
        "user": {"id": row["UserId"], "name": row["UserName"], "email": row["UserEmail"]},
        "service": row["ServiceName"],
        "environment": row["Environment"],
        "release": row["Release"],
        "browser": row["Browser"],
        "os": row["Os"],
        "device": row["Device"],
        "first_url": row["FirstUrl"],
        "last_url": row["LastUrl"],
        "entry_page": row["EntryPage"],
        "exit_page": row["ExitPage"],
        "counts": {name: row[column] for name, column in COUNTS.items()},
        "has_replay": row["HasReplay"],
        "gaps": row["Gaps"],
        "payload_bytes": row["PayloadBytes"],
        "activity": list(row["Activity"]),
    }

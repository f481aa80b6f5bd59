"""Light rows of what happened in a session, the backend's part included."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import orjson

from otel_replay import semconv
from otel_replay.errors import InvalidDataError
from otel_replay.sessions import clock, session
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.times import ms, offset_ms
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

KINDS = (
    "navigation",
    "click",
    "rage_click",
    "dead_click",
    "console",
    "error",
    "request",
    "backend_error",
    "log",
    "session",
    "dropped",
    "vital",
    "custom",
)
DEFAULT_KINDS = tuple(kind for kind in KINDS if kind != "log")
MAX_EVENTS = 10_000
LATEST_NS = 2**63 - 1


def checked_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds when all are known; all but `log` when there are none. Raises InvalidDataError."""
    chosen = tuple(kinds)
    for kind in chosen:
        if kind not in KINDS:
            raise InvalidDataError(f"kind {kind!r}: expected some of {', '.join(KINDS)}")
    return chosen or DEFAULT_KINDS


def events(
    database: Database,
    session_id: str,
    now_ms: int,
    kinds: Collection[str] = DEFAULT_KINDS,
    from_ns: int = 0,
    to_ns: int = LATEST_NS,
) -> bytes:
    """The events between two times (ns since the epoch, both included); the API's shape as JSON.

    Times are by our clock. Raises NotFoundError.
    """
    found = session.find(database, session_id, now_ms)
    parameters = {
        **clock.parameters({session_id: ClockErrors.of_row(found)}),
        "id": session_id,
        "from_ns": from_ns,
        "to_ns": to_ns,
        "kinds": list(kinds),
        "limit": MAX_EVENTS + 1,
        "note": semconv.NOTE_EVENT,
    }
    rows = [
        row
        for name in _queries(kinds)
        for row in database.query(read_query(__package__, name), parameters)
    ]
    rows.sort(key=lambda row: (row["time_ns"], row["id"]))
    shown = rows[:MAX_EVENTS]
    _name_notes(database, session_id, shown)
    written = b",".join(_json(row, found["start_ms"]) for row in shown)
    truncated = b"true" if len(rows) > MAX_EVENTS else b"false"
    return b'{"events":[%b],"truncated":%b}' % (written, truncated)


def _name_notes(database: Database, session_id: str, rows: Iterable[dict[str, Any]]) -> None:
    """Gives notes their text as the title."""
    notes = [row for row in rows if row["is_note"]]
    if not notes:
        return
    parameters = {"id": session_id, "event": semconv.NOTE_EVENT}
    texts = {
        (note["time_ns"], note["uid"]): note["text"]
        for note in database.query(read_query(__package__, "notes"), parameters)
    }
    for row in notes:
        sent_ns = int(row["id"].rpartition("-")[2])
        row["title"] = texts.get((sent_ns, row["uid"])) or row["title"]


def _queries(kinds: Collection[str]) -> list[str]:
    names = ["events"]
    if "backend_error" in kinds:
        names.append("events_of_backend_errors")
    if "log" in kinds:
        names.append("events_of_backend_logs")
    return names


def _json(row: dict[str, Any], zero_ms: int) -> bytes:
    """One event: what needs exact arithmetic or may be replaced, then what ClickHouse wrote."""
    request_ns = row["request_ns"]
    own = {
        "id": row["id"],
        "t_ms": ms(row["time_ns"]),
        "offset_ms": offset_ms(row["time_ns"], zero_ms),
        "duration_ms": None if request_ns is None else ms(request_ns),
        "title": row["title"],
    }
    rest: str = row["rest"]
    return orjson.dumps(own)[:-1] + b"," + rest.encode()[1:]

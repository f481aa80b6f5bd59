"""The list of sessions, newest first, page by page."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from otel_replay.errors import InvalidDataError
from otel_replay.sessions import search
from otel_replay.sessions.session import summary
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

MAX_LIMIT = 500
DAY_MS = 86_400_000
FIRST_WINDOW_MS = DAY_MS
WINDOW_GROWTH = 8
LATEST_MS = 9_200_000_000_001
"""Beyond any start time that is stored; 2261."""


@dataclass(frozen=True)
class Cursor:
    """The last session of a page; the next page goes on below it."""

    start_ms: int
    session_id: str

    def text(self) -> str:
        raw = orjson.dumps([self.start_ms, self.session_id])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises InvalidDataError."""
        try:
            padded = text.encode() + b"=" * (-len(text) % 4)
            start_ms, session_id = orjson.loads(base64.urlsafe_b64decode(padded))
        except (binascii.Error, ValueError, TypeError) as exc:
            raise _no_cursor(text) from exc
        if type(start_ms) is not int or not isinstance(session_id, str):
            raise _no_cursor(text)
        if not 0 <= start_ms <= LATEST_MS:
            raise _no_cursor(text)
        return cls(start_ms, session_id)


def _no_cursor(text: str) -> InvalidDataError:
    return InvalidDataError(f"cursor {text!r}: expected the next_cursor of an earlier answer")


def page(
    database: Database,
    query: str = "",
    from_ms: int = 0,
    to_ms: int = LATEST_MS,
    limit: int = 50,
    cursor: Cursor | None = None,
) -> dict[str, Any]:
    """A page of sessions that began in [from_ms, to_ms), in the API's shape.

    Raises InvalidDataError when the query is malformed.
    """
    conditions = search.parse(query)
    start = cursor or Cursor(LATEST_MS, "")
    rows = _newest(database, conditions, from_ms, to_ms, start, limit + 1)
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return {
        "sessions": [summary(row) for row in shown],
        "next_cursor": Cursor(last["start_ms"], last["SessionId"]).text() if last else None,
    }


def _newest(
    database: Database,
    conditions: list[search.Condition],
    from_ms: int,
    to_ms: int,
    cursor: Cursor,
    limit: int,
) -> list[dict[str, Any]]:
    """Reads backwards in time by windows that grow: a page of new sessions reads few days.

    What no session of the first window has is rare, and looked for in all the others at once: each
    statement has a cost of its own.
    """
    chosen = " AND ".join(c.sql for c in conditions) or "1"
    sql = read_query(__package__, "list").replace("/* conditions */ 1", chosen)
    parameters = {name: value for c in conditions for name, value in c.parameters.items()}
    parameters |= {"cursor_ms": cursor.start_ms, "cursor_id": cursor.session_id}
    low_ms, high_ms = _bounds(database, from_ms, min(to_ms, cursor.start_ms + 1))
    width_ms = FIRST_WINDOW_MS
    rows: list[dict[str, Any]] = []
    while low_ms < high_ms and len(rows) < limit:
        begin_ms = max(low_ms, high_ms - width_ms)
        window = {"from_ms": begin_ms, "to_ms": high_ms, "limit": limit - len(rows)}
        rows += database.query(sql, {**parameters, **window})
        rare = conditions and not rows
        width_ms = begin_ms - low_ms if rare else width_ms * WINDOW_GROWTH
        high_ms = begin_ms
    return rows


def _bounds(database: Database, from_ms: int, to_ms: int) -> tuple[int, int]:
    """The part [low, high) of a range that has all its sessions."""
    bounds = database.query(read_query(__package__, "bounds"))
    return max(from_ms, bounds[0]["first_ms"]), min(to_ms, bounds[0]["last_ms"] + 1)

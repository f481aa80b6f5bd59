"""What an operator can ask to have erased, and the record of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from otel_replay.erasure.users import UNLOGGED, user_hash
from otel_replay.errors import InvalidDataError, NotFoundError
from otel_replay.jobs import Asked
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

_SESSION_ID = re.compile(r"[A-Za-z0-9_.\-]{1,128}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOMBSTONES_AT_ONCE = 50_000


@dataclass(frozen=True)
class Request:
    """One of: a session, a user, everything that began before a time."""

    kind: str
    """``session``, ``user`` or ``before``."""
    value: str
    """The session's id, the user's id, or the time as asked."""
    before_ms: int = 0
    """The time, ms since the epoch."""

    @classmethod
    def read(cls, asked: Asked) -> Request:
        """Reads the parameters ``session``, ``user`` and ``before``. Raises InvalidDataError."""
        given = {kind: asked.text(kind) for kind in ("session", "user", "before")}
        named = [kind for kind, value in given.items() if value]
        if len(named) != 1:
            raise InvalidDataError(
                "expected exactly one of session, user and before, got"
                f" {' and '.join(named) or 'none'}"
            )
        kind = named[0]
        value = given[kind]
        if kind == "session" and not _SESSION_ID.fullmatch(value):
            raise InvalidDataError(
                f"session {value!r}: expected 1 to 128 letters, digits, '_', '.' or '-'"
            )
        return cls(kind, value, _time_ms(value) if kind == "before" else 0)

    def subject(self, database: Database) -> str:
        """What the record has of it: no user's id in clear."""
        if self.kind == "user":
            return user_hash(database, self.value)
        return _at(self.before_ms).isoformat() if self.kind == "before" else self.value

    def sessions(self, database: Database) -> list[str]:
        """Ids of the sessions that are stored. Raises NotFoundError for an unknown session."""
        if self.kind == "session":
            if not database.query(read_query(__package__, "session_known"), {"id": self.value}):
                raise NotFoundError(
                    f"nothing is stored of a session {self.value!r}: if it was recorded just now,"
                    " look whether the spool is empty"
                )
            return [self.value]
        name = "sessions_of_user" if self.kind == "user" else "sessions_before"
        parameters = {"user": self.value, "before_ms": self.before_ms}
        rows = database.query(read_query(__package__, name), parameters, UNLOGGED)
        return [row["SessionId"] for row in rows]


@dataclass(frozen=True)
class Erasure:
    """A row of `erasures`."""

    kind: str
    subject: str
    asked_by: str
    asked_at: datetime
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def begin(self, database: Database, session_ids: Sequence[str]) -> None:
        """Writes the record and the tombstones: from here on the sessions are gone for readers, and
        a worker carries the rest out if this process does not."""
        self.write(database, "started", len(session_ids), {})
        bury(database, session_ids, self.asked_at, self.id)
        if self.kind == "user":
            row = {"UserHash": self.subject, "ErasedAt": self.asked_at, "ErasureId": self.id}
            database.insert("erased_users", [row])

    def write(
        self,
        database: Database,
        state: str,
        sessions: int,
        report: Mapping[str, Any],
        done_at: datetime = _EPOCH,
    ) -> None:
        """Writes the row; the latest one counts."""
        row = {
            "ErasureId": self.id,
            "AskedAt": self.asked_at,
            "AskedBy": self.asked_by,
            "Kind": self.kind,
            "Subject": self.subject,
            "State": state,
            "DoneAt": done_at,
            "Sessions": sessions,
            "Report": orjson.dumps(report).decode() if report else "",
            "Version": round(datetime.now(UTC).timestamp() * 1e6),
        }
        database.insert("erasures", [row])


def unfinished(database: Database) -> list[Erasure]:
    """What was begun and is not done, the oldest first."""
    return [
        Erasure(row["Kind"], row["Subject"], row["AskedBy"], row["AskedAt"], row["ErasureId"])
        for row in database.query(read_query(__package__, "unfinished"))
    ]


def bury(
    database: Database, session_ids: Sequence[str], erased_at: datetime, erasure_id: str = ""
) -> None:
    """Writes tombstones."""
    for start in range(0, len(session_ids), _TOMBSTONES_AT_ONCE):
        rows = [
            {"SessionId": session_id, "ErasedAt": erased_at, "ErasureId": erasure_id}
            for session_id in session_ids[start : start + _TOMBSTONES_AT_ONCE]
        ]
        database.insert("erased_sessions", rows)


def _time_ms(text: str) -> int:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidDataError(
            f"before {text!r}: expected a date or a time such as 2026-01-31 or"
            " 2026-01-31T12:00:00Z, UTC unless it says otherwise"
        ) from exc
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)

"""What is kept of a user that was erased: a salted hash of the id."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

UNLOGGED = {"log_queries": 0}
"""Settings of statements that name a person: they are not to stay in a server's log."""
_SALT = "erasure_salt"


def salt(database: Database) -> str:
    """The project's salt, made when there is none. Raises QueryError and UnavailableError."""
    rows = database.query(read_query(__package__, "salt"))
    if rows:
        return str(rows[0]["Value"])
    made = {"Name": _SALT, "Value": secrets.token_hex(16), "ChangedBy": "otel-replay"}
    database.insert("project_settings", [made])
    return str(database.query(read_query(__package__, "salt"))[0]["Value"])


def user_hash(database: Database, user_id: str) -> str:
    """What stands in `erased_users` for a user."""
    return hashlib.sha256((salt(database) + user_id).encode()).hexdigest()


def erased_since(database: Database, user_id: str, start_ms: int) -> bool:
    """Whether the user of a session was erased after it began (ms, our clock)."""
    if not user_id or not database.query("SELECT 1 FROM erased_users LIMIT 1"):
        return False
    parameters = {"user_hash": user_hash(database, user_id)}
    rows = database.query(read_query(__package__, "user_erased"), parameters)
    return bool(rows) and start_ms < int(rows[0]["erased_ms"])


def of_erased_users(database: Database, session_ids: Collection[str]) -> dict[str, int]:
    """Those of the sessions that name a user who was erased, with the time of that (ms, our
    clock). Whether they began before it remains to be seen."""
    if not session_ids or not database.query("SELECT 1 FROM erased_users LIMIT 1"):
        return {}
    parameters = {"ids": list(session_ids), "salt": salt(database)}
    rows = database.query(read_query(__package__, "of_erased_users"), parameters, UNLOGGED)
    return {row["SessionId"]: row["erased_ms"] for row in rows}

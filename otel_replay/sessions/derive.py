"""Computes rows of `sessions` from the tables that hold what was received.

Nothing is added up over time: a row is computed anew from all there is, so a redelivery changes
nothing and late data is counted as if it had come in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_replay.sessions import clock, inputs
from otel_replay.sessions.lifecycle import limits
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

RAGE_MS = 1_000
RAGE_PX = 30
"""Rage is 3 clicks as close as this."""


def derive(database: Database, session_ids: Sequence[str], now_ms: int) -> None:
    """Stores the rows of these sessions as of `now_ms` (our clock, ms). Safe to repeat.

    Ids of which nothing was received get no row. Raises QueryError and UnavailableError.
    """
    if not session_ids:
        return
    database.command(_insert(), _parameters(database, session_ids, now_ms))
    database.command(read_query(__package__, "delete_moved"), {"ids": list(session_ids)})


def computed(database: Database, session_id: str, now_ms: int) -> dict[str, Any] | None:
    """The row that `derive` would store, by column name; None when nothing was received."""
    rows = computed_rows(database, [session_id], now_ms)
    return rows[0] if rows else None


def computed_rows(
    database: Database, session_ids: Sequence[str], now_ms: int
) -> list[dict[str, Any]]:
    """The rows that `derive` would store, in any order."""
    parameters = _parameters(database, session_ids, now_ms)
    return database.query(read_query(__package__, "derive_one"), parameters)


def stored_rows(database: Database, session_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows that are stored, with the same columns."""
    return database.query(read_query(__package__, "stored_rows"), {"ids": list(session_ids)})


def _insert() -> str:
    return read_query(__package__, "derive_insert")


def _parameters(database: Database, session_ids: Sequence[str], now_ms: int) -> dict[str, Any]:
    clocks = clock.estimate(database, session_ids)
    read = database.query(read_query(__package__, "inputs_read"), {"ids": list(session_ids)})
    return {
        "ids": list(session_ids),
        **limits(now_ms),
        **clock.parameters(clocks),
        "read_keys": [row["key"] for row in read],
        "active_gap_ms": inputs.ACTIVE_GAP_MS,
        "never_ms": clock.NEVER_MS,
        "rage_ms": RAGE_MS,
        "rage_px": RAGE_PX,
    }

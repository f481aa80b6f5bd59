"""Tombstones: which sessions were erased, so that nothing of them comes back.

Whoever puts rows of a session into the tables other than from its senders (compaction, restoring a
backup) asks before, and once more after: a session may be erased in between, and then what was put
in is to be taken out again.
"""

from __future__ import annotations

from collections.abc import Collection

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query


def erased(database: Database, session_ids: Collection[str]) -> set[str]:
    """Those of the sessions that were erased. Raises QueryError and UnavailableError."""
    if not session_ids:
        return set()
    rows = database.query(read_query(__package__, "erased"), {"ids": list(session_ids)})
    return {row["SessionId"] for row in rows}


def erased_trace(database: Database, trace_id: str) -> bool:
    """Whether the trace went with the sessions it belonged to. Raises as `erased` does."""
    return bool(database.query(read_query(__package__, "trace_erased"), {"id": trace_id}))

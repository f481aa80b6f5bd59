"""Erases again what was erased and is there once more."""

from __future__ import annotations

from collections.abc import Sequence

from otel_replay.erasure.erase import Eraser
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

AT_ONCE = 10_000


def erase_again(
    database: Database, blobs: BlobStore, session_ids: Sequence[str] | None = None
) -> int:
    """Takes out what is there of sessions that have a tombstone: of these, or of all.

    Returns how many sessions that were. Raises QueryError and UnavailableError.
    """
    if session_ids is None:
        rows = database.query(read_query(__package__, "erased_and_there"))
        session_ids = [row["SessionId"] for row in rows]
    for start in range(0, len(session_ids), AT_ONCE):
        Eraser(database, blobs).again(session_ids[start : start + AT_ONCE])
    return len(session_ids)

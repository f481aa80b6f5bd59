"""What fsck may mend: it never deletes payload that a row refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_replay.care.chunks import as_row
from otel_replay.care.erasing import erase_again
from otel_replay.erasure.tombstones import erased
from otel_replay.errors import DamagedBlobError, OverloadedError
from otel_replay.sessions.derive import derive
from otel_replay.sessions.garbage import DELETE_CLAIM, LEASE_S, delete_unused
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database

PATIENCE_S = 2 * LEASE_S
"""A worker that was killed while it deleted blobs holds its claim so long at the most."""
_SETTINGS = {"max_partitions_per_insert_block": 0}


class Repair:
    """Mends one thing at a time; every method raises QueryError and UnavailableError."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._claims = Claims(database)

    def delete_orphans(self, orphans: Sequence[BlobInfo]) -> bool:
        """Deletes blobs that no row refers to; not while a backup keeps all, or the worker is at
        it. Returns whether all are gone."""
        try:
            with self._claims.holding(DELETE_CLAIM, patience_s=PATIENCE_S):
                deleted = delete_unused(self._database, self._blobs, self._claims, orphans)
        except OverloadedError:
            return False
        return len(deleted) == len(orphans)

    def bring_back(self, key: str, lost: Sequence[dict[str, Any]]) -> bool:
        """Makes the rows anew of chunks that a blob lists; not of sessions that were erased.

        Returns whether it did: not while somebody deletes blobs.
        """
        try:
            with self._claims.holding(DELETE_CLAIM, patience_s=PATIENCE_S):
                self._blobs.get(key, 0, 1)
                ids = {row["SessionId"] for row in lost}
                gone = erased(self._database, ids)
                rows = [as_row(row, key) for row in lost if row["SessionId"] not in gone]
                self._database.insert("replay_chunks", rows, _SETTINGS)
        except (OverloadedError, DamagedBlobError):
            return False
        if late := erased(self._database, ids - gone):
            self.erase(sorted(late))
        return True

    def compute(self, session_ids: Sequence[str], now_ms: int) -> bool:
        """Computes the rows of sessions anew."""
        derive(self._database, session_ids, now_ms)
        return True

    def erase(self, session_ids: Sequence[str]) -> None:
        """Takes out what is left, or has come back, of sessions that were erased."""
        erase_again(self._database, self._blobs, session_ids)

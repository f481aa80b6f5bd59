"""What fsck may mend: it never deletes payload that a row refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_replay.care.chunks import as_row
from otel_replay.care.erasing import erase_again
from otel_replay.care.names import parsed
from otel_replay.erasure.tombstones import erased
from otel_replay.errors import DamagedBlobError, OverloadedError
from otel_replay.sessions.derive import derive
from otel_replay.sessions.garbage import COMPACT_CLAIM, DELETE_CLAIM, KEEP_CLAIM, LEASE_S
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

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
                return all([self._delete(blob.key) for blob in orphans])
        except OverloadedError:
            return False

    def _delete(self, key: str) -> bool:
        """Claims first, rows afterwards: a blob that is written under a claim gets its rows before
        that is given up."""
        name = parsed(key)
        if self._claims.holders(KEEP_CLAIM) or name is None:
            return False
        if name.session_id and self._claims.holders(COMPACT_CLAIM, [name.session_id]):
            return False
        parameters = {"blobs": [key]}
        if self._database.query(read_query(__package__, "rows_of_blobs"), parameters):
            return False
        self._blobs.delete(key)
        return True

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

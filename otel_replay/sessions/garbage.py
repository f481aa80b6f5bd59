"""Deletes blobs that no row refers to any more: packs and superseded objects of sessions.

A blob goes when its name is older than a grace and no row of replay_chunks points into it. The
grace is for what is under way: a blob is written before its rows, and a reader may have asked for
places before their chunks moved.

One worker at a time deletes, and none while somebody holds a claim to keep blobs, as a backup does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from otel_replay.errors import OverloadedError
from otel_replay.sessions.blob_names import parsed
from otel_replay.sessions.packs import PACK_PREFIX
from otel_replay.sessions.segments import PREFIX
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.claims import WHOLE_PROJECT, Claims
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

log = logging.getLogger(__name__)

DELETE_CLAIM = "delete-blobs"
KEEP_CLAIM = "keep-blobs"
COMPACT_CLAIM = "compact"
LEASE_S = 60.0
BATCH = 500
"""Blobs that one query asks about."""
Stopped = Callable[[], bool]
"""Whether to end early."""


@dataclass(frozen=True, slots=True)
class Grace:
    """How old blobs must be, in seconds."""

    packs_s: float = 24 * 3600
    """After the hour in which the pack was written."""
    objects_s: float = 3600


@dataclass
class Collected:
    """What was deleted."""

    packs: int = 0
    pack_bytes: int = 0
    objects: int = 0
    object_bytes: int = 0

    def add(self, blob: BlobInfo) -> None:
        """One more."""
        if blob.key.startswith(PACK_PREFIX):
            self.packs += 1
            self.pack_bytes += blob.size_bytes
        else:
            self.objects += 1
            self.object_bytes += blob.size_bytes


class Collector:
    """Collects the garbage of one project."""

    def __init__(
        self, database: Database, blobs: BlobStore, claims: Claims, grace: Grace | None = None
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._claims = claims
        self._grace = grace or Grace()

    def collect(
        self, candidates: Iterable[BlobInfo], stopped: Stopped = lambda: False
    ) -> Collected:
        """Deletes those of the blobs that are of no use, until somebody wants to keep them.

        Deletes nothing when another worker is at it. Raises QueryError and UnavailableError.
        """
        collected = Collected()
        try:
            with self._claims.holding(DELETE_CLAIM, lease_s=LEASE_S) as lost:
                found = iter(candidates)
                while batch := list(islice(found, BATCH)):
                    if stopped() or lost.is_set():
                        break
                    for blob in delete_unused(self._database, self._blobs, self._claims, batch):
                        collected.add(blob)
        except OverloadedError as exc:
            log.debug("no garbage collected: %s", exc)
        return collected

    def old_objects(self, now: datetime) -> Iterator[BlobInfo]:
        """Objects of sessions whose grace is over; looks at the names of all."""
        by = now - timedelta(seconds=self._grace.objects_s)
        for blob in self._blobs.list(PREFIX):
            name = parsed(blob.key)
            if name is not None and name.written_by <= by:
                yield blob

    def old_packs(self, now: datetime) -> Iterator[BlobInfo]:
        """Packs whose grace is over; looks at no more names, as these are in the order of age."""
        by = now - timedelta(seconds=self._grace.packs_s)
        for blob in self._blobs.list(PACK_PREFIX):
            name = parsed(blob.key)
            if name is None:
                continue
            if name.written_by > by:
                return
            yield blob


def delete_unused(
    database: Database, blobs: BlobStore, claims: Claims, batch: Sequence[BlobInfo]
) -> list[BlobInfo]:
    """Deletes those of the blobs that no row refers to, nor is about to; returns these.

    The caller holds DELETE_CLAIM. Keys that nothing of ours writes stay.
    """
    if claims.holders(KEEP_CLAIM, [WHOLE_PROJECT]):
        return []
    # Claims first, rows afterwards: an object is written under a claim that is given up once its
    # rows are in, so one without either is of nobody.
    sessions = {blob.key: name.session_id for blob in batch if (name := parsed(blob.key))}
    held = claims.holders(COMPACT_CLAIM, sorted(set(sessions.values()) - {""}))
    free = [key for key, session_id in sessions.items() if session_id not in held]
    rows = database.query(read_query(__package__, "blobs_used"), {"blobs": free})
    unused = set(free) - {row["Blob"] for row in rows}
    deleted = [blob for blob in batch if blob.key in unused]
    for blob in deleted:
        blobs.delete(blob.key)
    return deleted

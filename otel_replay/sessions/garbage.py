"""Deletes blobs that no row refers to any more: packs and superseded objects of sessions.

A blob goes when its name is older than a grace and no row of replay_chunks points into it. The
grace is for what is under way: a blob is written before its rows, and a reader may have asked for
places before their chunks moved.

One worker at a time deletes, and none while somebody holds a claim to keep blobs, as a backup does.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from otel_replay.errors import OverloadedError
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
_PACK = re.compile(r"packs/(\d{4}-\d\d-\d\d)/(\d\d)/[^/]+")
_OBJECT = re.compile(r"sessions/[^/]+/([^/]+)/(\d{8}T\d{6})-[^/]+")


def _never() -> bool:
    return False


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
                    if stopped() or lost.is_set() or self._must_keep():
                        break
                    self._delete_unused(batch, collected)
        except OverloadedError as exc:
            log.debug("no garbage collected: %s", exc)
        return collected

    def old_objects(self, now: datetime) -> Iterator[BlobInfo]:
        """Objects of sessions whose grace is over; looks at the names of all."""
        by = now - timedelta(seconds=self._grace.objects_s)
        for blob in self._blobs.list(PREFIX):
            written = written_at(blob.key)
            if written is not None and written <= by:
                yield blob

    def old_packs(self, now: datetime) -> Iterator[BlobInfo]:
        """Packs whose grace is over; looks at no more names, as these are in the order of age."""
        by = now - timedelta(seconds=self._grace.packs_s)
        for blob in self._blobs.list(PACK_PREFIX):
            written = written_at(blob.key)
            if written is None:
                continue
            if written > by:
                return
            yield blob

    def _must_keep(self) -> bool:
        return bool(self._claims.holders(KEEP_CLAIM, [WHOLE_PROJECT]))

    def _delete_unused(self, batch: list[BlobInfo], collected: Collected) -> None:
        # Claims first, rows afterwards: an object is written under a claim that is given up once
        # its rows are in, so one without either is of nobody.
        sessions = {blob.key: _session_of(blob.key) for blob in batch}
        held = self._claims.holders(COMPACT_CLAIM, sorted(set(sessions.values()) - {""}))
        blobs = [blob for blob in batch if sessions[blob.key] not in held]
        used = self._used([blob.key for blob in blobs])
        for blob in blobs:
            if blob.key not in used:
                self._blobs.delete(blob.key)
                collected.add(blob)

    def _used(self, keys: list[str]) -> set[str]:
        rows = self._database.query(read_query(__package__, "blobs_used"), {"blobs": keys})
        return {row["Blob"] for row in rows}


def written_at(key: str) -> datetime | None:
    """When a blob had been written at the latest, by its name; None when it is not one of ours."""
    try:
        if found := _PACK.fullmatch(key):
            hour = datetime.strptime(" ".join(found.groups()), "%Y-%m-%d %H")
            return hour.replace(tzinfo=UTC) + timedelta(hours=1)
        if found := _OBJECT.fullmatch(key):
            return datetime.strptime(found[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return None


def _session_of(key: str) -> str:
    """The session whose object it is; empty for packs."""
    found = _OBJECT.fullmatch(key)
    return found[1] if found else ""

"""Compares the rows of replay_chunks with the blobs they refer to, both ways.

Both sides are walked in the order of the keys, a page of blobs at a time, so memory stays bounded
however much there is. Traffic goes on meanwhile: whatever looks wrong is looked at again, in an
order in which only what is truly wrong looks wrong twice.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from otel_replay.care import findings as kinds
from otel_replay.care.chunks import chunk_key, chunk_name, received_ms
from otel_replay.care.contents import Contents
from otel_replay.care.findings import Findings, Say
from otel_replay.care.repair import Repair
from otel_replay.erasure.tombstones import erased
from otel_replay.errors import DamagedBlobError
from otel_replay.sessions import packs
from otel_replay.sessions.blob_names import Name, parsed
from otel_replay.sessions.packs import PACK_PREFIX
from otel_replay.sessions.segments import PREFIX as OBJECT_PREFIX
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

PREFIXES = (PACK_PREFIX, OBJECT_PREFIX)
"""Not all of the store: blobs of other projects may lie below prefixes of their own."""
PAGE = 5_000
"""Blobs that are compared with the rows by one statement."""


@dataclass(frozen=True)
class Graces:
    """How long blobs without rows are left alone, s since they were written."""

    pack_s: float = 27 * 3600
    object_s: float = 3 * 3600


@dataclass
class Places:
    """The comparison; `run` does it."""

    database: Database
    blobs: BlobStore
    found: Findings
    repair: Repair | None
    deep: bool = False
    graces: Graces = field(default_factory=Graces)
    clock: Callable[[], float] = time.time
    kept_from_ms: int = 0
    """Rows of chunks that came in before this time may have gone with their retention."""

    def run(self, say: Say) -> None:
        """Raises QueryError and UnavailableError."""
        contents = Contents(self.blobs, self.found, self.rows_of, self.check_lost, say)
        after = ""
        for page in self._pages():
            last = page[-1].key if len(page) == PAGE else ""
            self._page(after, last, {blob.key: blob for blob in page}, contents)
            after = last
            say({"stage": "blobs", "done": self.found.checked["blobs"]})
            if not last:
                return
        self._page(after, "", {}, contents)

    def _pages(self) -> Iterator[list[BlobInfo]]:
        listing = chain.from_iterable(self.blobs.list(prefix) for prefix in PREFIXES)
        while page := list(itertools.islice(listing, PAGE)):
            yield page

    def _page(self, after: str, last: str, listed: dict[str, BlobInfo], contents: Contents) -> None:
        rows = self.database.query(
            read_query(__package__, "blob_rows"), {"after": after, "last": last}
        )
        self.found.checked["blobs"] += len(listed)
        self.found.checked["bytes"] += sum(blob.size_bytes for blob in listed.values())
        self.found.checked["rows"] += sum(row["rows"] for row in rows)
        for row in rows:
            blob = listed.get(row["Blob"])
            if blob is None or blob.size_bytes < row["end_bytes"]:
                self._check_bytes(row)
            if row["clashes"]:
                self._check_clashes(row)
        self._check_unreferenced(listed, {row["Blob"] for row in rows})
        if self.deep:
            contents.check([listed[row["Blob"]] for row in rows if row["Blob"] in listed])

    def _check_bytes(self, row: dict[str, Any]) -> None:
        """Missing before rows that refer to it are read: a blob is written before its rows."""
        key = row["Blob"]
        if _readable(self.blobs, key, row["end_bytes"] - 1):
            return
        kind = kinds.SHORT_BLOB if _readable(self.blobs, key, 0) else kinds.MISSING_BLOB
        again = self.rows_of([key])
        if not again or _readable(
            self.blobs, key, max(r["Offset"] + r["Length"] for r in again) - 1
        ):
            return
        self.found.add(kind, f"{key}: {len(again)} rows, such as {chunk_name(again[0])}")

    def _check_clashes(self, row: dict[str, Any]) -> None:
        if again := self.rows_of([row["Blob"]]):
            self.found.add(
                kinds.OVERLAP,
                f"{row['Blob']}: {row['clashes']} of {row['rows']} rows, among them of session"
                f" {again[0]['SessionId']}",
            )

    def _check_unreferenced(self, listed: dict[str, BlobInfo], referred: set[str]) -> None:
        orphans = []
        for key in sorted(listed.keys() - referred):
            name = parsed(key)
            if name is None:
                self.found.add(kinds.FOREIGN, key)
            elif self._is_young(listed[key], name):
                self.found.pending["young_blobs"] += 1
            else:
                orphans += self._orphan(listed[key])
        if orphans:
            self._report_orphans(orphans)

    def _is_young(self, blob: BlobInfo, name: Name) -> bool:
        grace_s = self.graces.pack_s if name.is_pack else self.graces.object_s
        return blob.modified_ms > (self.clock() - grace_s) * 1000

    def _orphan(self, blob: BlobInfo) -> list[BlobInfo]:
        """The blob, unless it came into use or went since it was listed, or its rows are lost."""
        if self.rows_of([blob.key]) or not _readable(self.blobs, blob.key, 0):
            return []
        try:
            index = packs.read_index(self.blobs, blob)
        except DamagedBlobError:
            index = []
        return [] if self.check_lost(blob.key, index) else [blob]

    def _report_orphans(self, orphans: list[BlobInfo]) -> None:
        repaired = self.repair is not None and self.repair.delete_orphans(orphans)
        for blob in orphans:
            age_h = (self.clock() * 1000 - blob.modified_ms) / 3_600_000
            what = f"{blob.key}: {blob.size_bytes} bytes, {age_h:.1f} h old"
            self.found.add(kinds.ORPHAN, what, repaired=repaired)

    def check_lost(self, key: str, index: Sequence[dict[str, Any]]) -> bool:
        """Whether a blob's own list has chunks of which no row is left; finds and repairs them."""
        lost = self._without_rows(index)
        if not lost:
            return False
        repaired = self.repair is not None and self.repair.bring_back(key, lost)
        what = f"{key}: {len(lost)} of its {len(index)} chunks, such as {chunk_name(lost[0])}"
        self.found.add(kinds.LOST_ROWS, what, repaired=repaired)
        return True

    def _without_rows(self, index: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [row for row in index if received_ms(row) >= self.kept_from_ms]
        ids = sorted({row["SessionId"] for row in kept})
        there = {
            chunk_key(row)
            for row in self.database.query(
                read_query(__package__, "keys_of_sessions"), {"ids": ids}
            )
        }
        lost = [row for row in kept if chunk_key(row) not in there]
        gone = erased(self.database, {row["SessionId"] for row in lost})
        return [row for row in lost if row["SessionId"] not in gone]

    def rows_of(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """The rows that refer to these blobs now."""
        return self.database.query(read_query(__package__, "rows_of_blobs"), {"blobs": list(keys)})


def _readable(blobs: BlobStore, key: str, offset: int) -> bool:
    try:
        blobs.get(key, offset, 1)
    except DamagedBlobError:
        return False
    return True

"""Copies the blobs that a backup's rows refer to; those that it has from before stay."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from otel_replay.care.backup.form import BLOBS, Copy, File, Manifest, read_lists, write_list
from otel_replay.care.backup.sorted import Sorted
from otel_replay.care.places import PREFIXES
from otel_replay.errors import DamagedBlobError
from otel_replay.jobs import Progress
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

PAGE = 5_000
AT_ONCE = 4
"""Blobs copied side by side: so many may be in memory."""


@dataclass
class Payload:
    """The copying; `run` does it."""

    side: Database
    """Where the exported rows are."""
    source: BlobStore
    target: BlobStore
    folder: str
    """Where the list goes."""
    before: Manifest | None
    """The backup that is there already."""
    say: Progress
    figures: Counter[str] = field(default_factory=Counter)
    """blobs, bytes, copied, copied_bytes."""
    missing: list[str] = field(default_factory=list)

    def run(self) -> list[File]:
        """Returns the files of the list. Raises QueryError and UnavailableError."""
        there = Sorted(chain.from_iterable(self.source.list(prefix) for prefix in PREFIXES))
        copied = Sorted(self.target.list(BLOBS))
        lists = self.before.blob_lists if self.before else []
        known = Sorted(read_lists(self.target, lists))
        files: list[File] = []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="backup") as pool:
            for keys in self._needed():
                last = keys[-1]
                # A copy's key goes on behind the blob's with a dot and digits.
                page = _Page(there.up_to(last), known.up_to(last), copied.up_to(f"{BLOBS}{last}.g"))
                copies = [c for c in pool.map(partial(self._copy, page), keys) if c]
                self._count(keys, copies, page.made)
                key = f"{self.folder}blobs/{len(files):06}.json.zst"
                files.append(write_list(self.target, key, copies))
        return files

    def _needed(self) -> Iterator[list[str]]:
        after = ""
        while True:
            parameters = {"after": after, "limit": PAGE}
            rows = self.side.query(read_query(__package__, "needed_blobs"), parameters)
            if not rows:
                return
            yield [row["Blob"] for row in rows]
            after = rows[-1]["Blob"]

    def _copy(self, page: _Page, key: str) -> Copy | None:
        """The copy of a blob; None when the blob is not there."""
        info, known = page.there.get(key), page.known.get(key)
        if info and known and known.copy_key in page.copied and _same(info, known):
            return known
        try:
            data = self.source.get(key)
        except DamagedBlobError:
            return None
        modified_ms = info.modified_ms if info else 0
        copy = Copy(key, len(data), modified_ms, hashlib.sha256(data).hexdigest())
        there = page.copied.get(copy.copy_key)
        if there is None or there.size_bytes != copy.size_bytes:
            self.target.put(copy.copy_key, data)
            page.made.append(copy.size_bytes)
        return copy

    def _count(self, keys: Sequence[str], copies: Sequence[Copy], made: Sequence[int]) -> None:
        have = {copy.key for copy in copies}
        self.missing += [key for key in keys if key not in have]
        self.figures["blobs"] += len(copies)
        self.figures["bytes"] += sum(copy.size_bytes for copy in copies)
        self.figures["copied"] += len(made)
        self.figures["copied_bytes"] += sum(made)
        self.say({"stage": "blobs", "done": self.figures["blobs"]})


@dataclass
class _Page:
    there: dict[str, BlobInfo]
    known: dict[str, Copy]
    copied: dict[str, BlobInfo]
    made: list[int] = field(default_factory=list)


def _same(info: BlobInfo, known: Copy) -> bool:
    return info.size_bytes == known.size_bytes and info.modified_ms == known.modified_ms

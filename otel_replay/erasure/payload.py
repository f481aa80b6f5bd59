"""The bytes of recordings that a run takes out of the blob store.

An object of a session is deleted. A pack holds chunks of other sessions too: there the bytes are
overwritten with zeros, under the same key. Rows of `replay_chunks` do not tell of all packs that
have bytes of a session (compaction and redelivery point them elsewhere, and the old ones stay until
they are collected), so the lists at the ends of the packs are read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta

from otel_replay.erasure.rows import Run
from otel_replay.erasure.tombstones import erased
from otel_replay.errors import DamagedBlobError
from otel_replay.jobs import Progress
from otel_replay.sessions import packs, segments
from otel_replay.storage.blobs import BlobInfo, BlobStore

_LIST_WHOLE_DAY_FROM = 50
"""So many sessions of a day are found faster in a listing of the day than one by one."""
_THREADS = 8
_TELL_EVERY = 500
_SLACK_DAYS = 1
Ranges = Sequence[tuple[int, int]]
"""Offsets and lengths."""


@dataclass
class Removed:
    """What went out of the blob store."""

    blobs_deleted: int = 0
    packs_scrubbed: int = 0
    bytes: int = 0
    unreadable: list[str] = field(default_factory=list)
    """Packs whose list of contents cannot be read and of which no row tells: they may hold bytes of
    anybody, and are deleted once nothing refers to them."""

    def add(self, more: Removed) -> None:
        """Adds what went since."""
        self.blobs_deleted += more.blobs_deleted
        self.packs_scrubbed += more.packs_scrubbed
        self.bytes += more.bytes
        self.unreadable = sorted({*self.unreadable, *more.unreadable})

    def counts(self) -> Counter[str]:
        return Counter(
            blobs_deleted=self.blobs_deleted, packs_scrubbed=self.packs_scrubbed, bytes=self.bytes
        )


def remove_payload(run: Run, blobs: BlobStore, progress: Progress) -> Removed:
    """Takes all bytes of the run's sessions out of the store. Raises UnavailableError."""
    removed = Removed()
    sessions = run.sessions()
    for blob in session_objects(run, blobs):
        blobs.delete(blob.key)
        removed.blobs_deleted += 1
        removed.bytes += blob.size_bytes
    progress({"step": "packs", **removed.counts()})
    _scrub_packs(run, blobs, sessions, removed, progress)
    return removed


def session_objects(run: Run, blobs: BlobStore) -> Iterator[BlobInfo]:
    """The objects that belong to one of the sessions alone, superseded ones too."""
    sessions = run.sessions()
    by_day: dict[str, list[str]] = defaultdict(list)
    for row in run.select("session_days"):
        by_day[row["Day"]].append(row["SessionId"])
    # The day of an object's key is that of the session's start as it was known then.
    for day in sorted({near for known in by_day for near in _around(known)}):
        wanted = {i for near in _around(day) for i in by_day.get(near, ())}
        if len(wanted) < _LIST_WHOLE_DAY_FROM:
            for session_id in sorted(wanted):
                yield from blobs.list(f"{segments.PREFIX}{day}/{session_id}/")
        else:
            for blob in blobs.list(f"{segments.PREFIX}{day}/"):
                if blob.key.split("/")[2] in sessions:
                    yield blob


def _around(day: str) -> list[str]:
    middle = date.fromisoformat(day)
    return [str(middle + timedelta(days=offset)) for offset in (-1, 0, 1)]


def _scrub_packs(
    run: Run,
    blobs: BlobStore,
    sessions: Collection[str],
    removed: Removed,
    progress: Progress,
) -> None:
    known: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in run.select("session_blobs"):
        if not row["Blob"].startswith(segments.PREFIX):
            known[row["Blob"]] += row["ranges"]
    listed = _packs(blobs, _first_day(run))
    missing = [info for key in known if key not in listed for info in _exactly(blobs, key)]
    candidates = [*listed.values(), *missing]

    def scrub(blob: BlobInfo) -> tuple[BlobInfo, int | None]:
        return blob, _scrub(run, blobs, blob, sessions, known.get(blob.key, ()))

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="scrub") as pool:
        for number, (blob, size) in enumerate(pool.map(scrub, candidates), 1):
            if size is None:
                removed.unreadable.append(blob.key)
            elif size:
                removed.packs_scrubbed += 1
                removed.bytes += size
            if number % _TELL_EVERY == 0:
                told = {"step": "packs", "looked_at": number, "of": len(candidates)}
                progress({**told, **removed.counts()})


def _first_day(run: Run) -> str:
    """The day from which on packs may hold bytes of the sessions; far in the past when unknown."""
    days = [row["Day"] for row in run.select("session_days")]
    if not days:
        return ""
    first = date.fromisoformat(min(days))
    return str(first - timedelta(days=_SLACK_DAYS)) if first > date(1970, 1, 2) else ""


def _packs(blobs: BlobStore, first_day: str) -> dict[str, BlobInfo]:
    start = packs.PACK_PREFIX + first_day
    return {blob.key: blob for blob in blobs.list(packs.PACK_PREFIX) if blob.key >= start}


def _exactly(blobs: BlobStore, key: str) -> Iterable[BlobInfo]:
    return (blob for blob in blobs.list(key) if blob.key == key)


def _scrub(
    run: Run, blobs: BlobStore, blob: BlobInfo, sessions: Collection[str], ranges: Ranges
) -> int | None:
    """Overwrites what a pack has of the sessions; returns how many bytes, None when unreadable."""
    try:
        inside = {row["SessionId"] for row in packs.read_index(blobs, blob)}
    except DamagedBlobError:
        return _scrub_by_rows(blobs, blob, ranges)
    if not inside & set(sessions):
        return 0
    # Another erasure may have overwritten this pack since, and what is written here must not undo
    # that: all that has a tombstone goes.
    doomed = (inside & set(sessions)) | erased(run.database, inside)
    data = blobs.get(blob.key)
    scrubbed = packs.scrub(data, doomed, blob.key)
    if scrubbed is None:
        return 0
    blobs.put(blob.key, scrubbed)
    rows = packs.index_of(data, blob.key)
    return sum(int(row["Length"]) for row in rows if row["SessionId"] in doomed)


def _scrub_by_rows(blobs: BlobStore, blob: BlobInfo, ranges: Ranges) -> int | None:
    if not ranges:
        # One that was collected since the listing is gone, which is what is wanted.
        return None if any(_exactly(blobs, blob.key)) else 0
    try:
        data = bytearray(blobs.get(blob.key))
    except DamagedBlobError:
        return 0
    for offset, length in ranges:
        end = min(len(data), offset + length)
        data[offset:end] = bytes(max(0, end - offset))
    blobs.put(blob.key, bytes(data))
    return sum(length for _, length in ranges)

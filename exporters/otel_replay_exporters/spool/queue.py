"""A queue of records in a folder, in files that are deleted when all of their records are through.

A record counts once it is synced to the disk. Files are named by time, so they sort by age.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from otel_replay.errors import UnavailableError
from otel_replay_exporters.spool.framing import frame

SEGMENT_BYTES = 16 * 1024 * 1024
"""A file of this size is closed and another one begun."""
SUFFIX = ".spool"
ASIDE = "aside"
_TEMPORARY_SUFFIX = ".part"
_RETRY_AFTER_S = 10


class SpoolFullError(UnavailableError):
    """Nothing more fits in; the sender has to keep what it has."""

    default_reason = "spool_full"


class SpoolBudget:
    """How many bytes the spools of a process may have together. Safe for threads."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Whether `size` more bytes fit; if so they are taken."""
        with self._lock:
            if self.used_bytes + size > self.limit_bytes:
                return False
            self.used_bytes += size
            return True

    def add(self, size: int) -> None:
        """Counts what is there already; negative for what is gone."""
        with self._lock:
            self.used_bytes += size


@dataclass(frozen=True)
class Segment:
    """A file of the queue that gets no more records."""

    path: Path

    @property
    def name(self) -> str:
        """Differs from that of any other segment, on any machine."""
        return self.path.name.removesuffix(SUFFIX)

    def read(self) -> bytes:
        """Raises OSError."""
        return self.path.read_bytes()


class Spool:
    """Safe for threads, of one process."""

    def __init__(
        self, folder: Path, budget: SpoolBudget, changed: Callable[[int], None] = lambda _: None
    ) -> None:
        """Takes over what lies in `folder`. `changed` hears of bytes that came or went.

        Raises OSError.
        """
        self.folder = folder
        self._budget = budget
        self._changed = changed
        self._lock = threading.Lock()
        self._writing: int | None = None
        (folder / ASIDE).mkdir(parents=True, exist_ok=True)
        for path in folder.glob(f"*{_TEMPORARY_SUFFIX}"):
            path.unlink()
        self._sizes = {path: path.stat().st_size for path in sorted(folder.glob(f"*{SUFFIX}"))}
        self._aside_bytes = sum(path.stat().st_size for path in (folder / ASIDE).iterdir())
        self._count(sum(self._sizes.values()) + self._aside_bytes)

    @property
    def size_bytes(self) -> int:
        """Of what waits."""
        return sum(self._sizes.copy().values())

    @property
    def is_empty(self) -> bool:
        return not self._sizes

    @property
    def names(self) -> list[str]:
        """Of its files, the oldest first."""
        return [Segment(path).name for path in self._sizes.copy()]

    @property
    def oldest_s(self) -> float:
        """Age of the oldest record, 0 when there is none."""
        first = next(iter(self._sizes.copy()), None)
        return max(0.0, time.time() - _time_of(first)) if first else 0.0

    def append(self, payload: bytes) -> None:
        """Returns once the record is on the disk. Raises SpoolFullError."""
        record = frame(payload)
        if not self._budget.take(len(record)):
            raise SpoolFullError(
                f"the spool has {self._budget.limit_bytes >> 20} MiB, which is its limit, and"
                " storage is away: try again later",
                _RETRY_AFTER_S,
            )
        try:
            with self._lock:
                self._append(record)
        except OSError as exc:
            self._budget.add(-len(record))
            raise SpoolFullError(
                f"the spool in {self.folder} cannot be written ({exc.strerror}), and storage is"
                " away: try again later",
                _RETRY_AFTER_S,
            ) from exc
        self._changed(len(record))

    def _append(self, record: bytes) -> None:
        if self._writing is None or self._sizes[self._last] >= SEGMENT_BYTES:
            self._begin()
        assert self._writing is not None
        path, before = self._last, self._sizes[self._last]
        try:
            _write_all(self._writing, record)
            os.fsync(self._writing)
        except OSError:
            # What was not acknowledged should not come out of here either.
            with contextlib.suppress(OSError):
                os.ftruncate(self._writing, before)
            self._seal()
            if not before:
                path.unlink(missing_ok=True)
                del self._sizes[path]
            raise
        self._sizes[path] = before + len(record)

    @property
    def _last(self) -> Path:
        return next(reversed(self._sizes))

    def _begin(self) -> None:
        self._seal()
        path = self._new_path()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._writing = os.open(path, flags, 0o600)
        self._sizes[path] = 0
        sync_folder(self.folder)

    def _new_path(self) -> Path:
        now = time.time_ns()
        if self._sizes:
            # Order must hold though the clock was set back.
            now = max(now, int(_time_of(self._last) * 1e9) + 1000)
        return self.folder / f"{now:020d}-{secrets.token_hex(8)}{SUFFIX}"

    def _seal(self) -> None:
        if self._writing is not None:
            os.close(self._writing)
            self._writing = None

    def oldest(self) -> Segment | None:
        """The file to drain next; nothing is added to it any more."""
        with self._lock:
            first = next(iter(self._sizes), None)
            if first is None:
                return None
            if first == self._last:
                self._seal()
            return Segment(first)

    def remove(self, segment: Segment) -> None:
        """All of its records are through. Raises OSError."""
        with self._lock:
            segment.path.unlink(missing_ok=True)
            sync_folder(self.folder)
            size = self._sizes.pop(segment.path)
        self._count(-size)

    def replace(self, segment: Segment, payloads: Sequence[bytes]) -> None:
        """Puts these in the place of its records, all or nothing. Raises OSError."""
        data = b"".join(map(frame, payloads))
        temporary = segment.path.with_suffix(_TEMPORARY_SUFFIX)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with self._lock:
            os.replace(temporary, segment.path)
            sync_folder(self.folder)
            change = len(data) - self._sizes[segment.path]
            self._sizes[segment.path] = len(data)
        self._count(change)

    def set_aside(self, name: str, data: bytes) -> Path:
        """Keeps what cannot be stored, for people to look at. Raises OSError."""
        path = self.folder / ASIDE / name
        known = path.exists()
        with open(path, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
        if not known:
            self._aside_bytes += len(data)
            self._count(len(data))
        return path

    def move_aside(self, segment: Segment) -> Path:
        """Takes a file that cannot be read out of the queue. Raises OSError."""
        with self._lock:
            path = segment.path.rename(self.folder / ASIDE / segment.path.name)
            sync_folder(self.folder)
            self._aside_bytes += self._sizes.pop(segment.path)
        return path

    def close(self) -> None:
        """Lets go of the files; what is in them stays."""
        with self._lock:
            self._seal()

    def _count(self, change: int) -> None:
        self._budget.add(change)
        self._changed(change)


def _time_of(path: Path) -> float:
    """When the file was begun, seconds since the epoch; 0 for a name that is not ours."""
    digits = path.name.partition("-")[0]
    return int(digits) / 1e9 if digits.isdigit() else 0.0


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

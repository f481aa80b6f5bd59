"""The folder that holds the spools of all processes: each has a numbered place in it, locked.

``PLACE/PROJECT/KIND/*.spool``. A process that starts takes the first place that is free, and the
files of all others that nobody holds, so that what a killed process left behind is drained.
"""

from __future__ import annotations

import fcntl
import itertools
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from otel_replay.errors import ConfigError
from otel_replay.instruments import Instruments
from otel_replay_exporters.spool.queue import SUFFIX, Spool, SpoolBudget, sync_folder

logger = logging.getLogger(__name__)

_LOCK = "lock"


class SpoolFolder:
    """One process' share of the spool."""

    def __init__(
        self, root: Path, limit_bytes: int, instruments: Instruments | None = None
    ) -> None:
        """`limit_bytes` is for this process, all its projects together. Raises ConfigError."""
        self._root = root
        self._budget = SpoolBudget(limit_bytes)
        self._instruments = instruments
        try:
            self._place, self._lock = _take_place(root)
            self._adopt()
        except OSError as exc:
            raise _unusable(root, exc) from exc

    def open(self, project: str, kind: str) -> Spool:
        """The spool of one kind of data of a project. Raises ConfigError."""
        if self._instruments is not None:
            capacity = self._instruments.spool_capacity_bytes
            capacity.labels(project).set(self._budget.limit_bytes)
        try:
            return Spool(self._place / project / kind, self._budget, self._listener(project))
        except OSError as exc:
            raise _unusable(self._root, exc) from exc

    def _listener(self, project: str) -> Callable[[int], None]:
        if self._instruments is None:
            return lambda _change: None
        gauge = self._instruments.spool_bytes.labels(project)
        return lambda change: gauge.inc(change)

    def close(self) -> None:
        """Frees the place."""
        self._lock.close()

    def _adopt(self) -> None:
        for place in sorted(self._root.iterdir()):
            if place == self._place or not place.name.isdigit():
                continue
            lock = _lock(place)
            if lock is None:
                continue
            with lock:
                for path in place.glob(f"*/*/*{SUFFIX}"):
                    _move(path, self._place / path.relative_to(place))


def _take_place(root: Path) -> tuple[Path, IO[str]]:
    for number in itertools.count():
        place = root / str(number)
        place.mkdir(parents=True, exist_ok=True)
        lock = _lock(place)
        if lock is not None:
            return place, lock
    raise AssertionError("unreachable")


def _lock(place: Path) -> IO[str] | None:
    """None when another process has it."""
    file = open(place / _LOCK, "a", encoding="utf-8")  # noqa: SIM115 - held while the process runs
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(path, target)
    sync_folder(target.parent)
    logger.warning("spool: took over %s, which a process that is gone had left", path)


def _unusable(root: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"the spool {root} cannot be used ({error.strerror}): choose a folder that is writable"
        " with --spool, or none with --spool-limit-bytes 0"
    )

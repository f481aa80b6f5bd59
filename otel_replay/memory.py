"""Keeps the process within its memory: slows senders down, then refuses them, never grows on.

Resident memory is read, not reckoned: it has everything in it, the embedded engine too.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from otel_replay.errors import ConfigError, RetryableError
from otel_replay.instruments import Instruments

logger = logging.getLogger(__name__)

Level = Literal["normal", "soft", "hard"]

SAMPLE_S = 0.25
"""Resident memory is read this often at most."""
_SHARE = 0.8
_BODIES_SHARE = 0.25
_LONGEST_DELAY_S = 1.0
_SHORTEST_DELAY_S = 0.05
_RETRY_AFTER_S = 5.0
_COLLECT_S = 10.0
_CGROUP_FILES = ("memory.max", "memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class MemoryLimits:
    """Resident memory from which on requests are slowed down, and refused."""

    soft_bytes: int
    hard_bytes: int

    @classmethod
    def of(cls, hard_bytes: int = 0, soft_bytes: int = 0) -> MemoryLimits:
        """0 for 80 % of what the machine or the container has, and for 80 % of the hard limit.

        Raises ConfigError when the soft limit is not below the hard one.
        """
        hard_bytes = hard_bytes or int(available_bytes() * _SHARE)
        soft_bytes = soft_bytes or int(hard_bytes * _SHARE)
        if soft_bytes >= hard_bytes:
            raise ConfigError(
                f"memory_soft_limit_bytes is {soft_bytes}: expected less than the limit of memory,"
                f" which is {hard_bytes}"
            )
        return cls(soft_bytes, hard_bytes)

    def shared_by(self, processes: int) -> MemoryLimits:
        """Each process' part of limits that are for all of them together."""
        return MemoryLimits(self.soft_bytes // processes, self.hard_bytes // processes)


def available_bytes(cgroups: Path = Path("/sys/fs/cgroup")) -> int:
    """Memory of the machine, or of the container when that has less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in _CGROUP_FILES:
        try:
            text = (cgroups / name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            limits.append(int(text))
    return min(limits)


def resident_bytes() -> int:
    """Resident memory of this process; where there is no /proc, the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


class MemoryGuard:
    """Says whether a request may come in. For one event loop."""

    def __init__(
        self,
        limits: MemoryLimits | None = None,
        *,
        bodies_bytes: int = 0,
        read_rss: Callable[[], int] = resident_bytes,
        clock: Callable[[], float] = time.monotonic,
        instruments: Instruments | None = None,
    ) -> None:
        """`bodies_bytes` limits the bodies that are being received, all together; 0 is a quarter of
        the hard limit."""
        self._limits = limits or MemoryLimits.of()
        self.bodies_limit_bytes = bodies_bytes or int(self._limits.hard_bytes * _BODIES_SHARE)
        self._bodies_bytes = 0
        self._read_rss, self._clock = read_rss, clock
        self._instruments = instruments or Instruments()
        for name in ("soft", "hard"):
            limit = getattr(self._limits, f"{name}_bytes")
            self._instruments.memory_limit_bytes.labels(name).set(limit)
        self._rss = 0
        self._level: Level = "normal"
        self._sampled_at = self._collected_at = -1e9

    @property
    def bodies_bytes(self) -> int:
        """Size of the bodies that are being received."""
        return self._bodies_bytes

    def level(self) -> Level:
        """Where resident memory stands, as of the last quarter of a second.

        A limit that was passed counts until memory is well below it, so that the answer does not
        change with each request.
        """
        now = self._clock()
        if now - self._sampled_at >= SAMPLE_S:
            self._sampled_at = now
            self._rss = self._read_rss()
            self._instruments.memory_bytes.set(self._rss)
            self._note(self._level_of(self._rss))
        return self._level

    async def admit(self) -> None:
        """To be called before a request is read: waits a moment above the soft limit.

        Raises RetryableError above the hard one.
        """
        level = self.level()
        if level == "soft":
            await asyncio.sleep(self._delay_s)
            level = self.level()
        if level == "hard":
            raise self.refusal()

    def refusal(self) -> RetryableError:
        """What a sender is told above the hard limit."""
        return RetryableError(
            f"the receiver is at its limit of memory ({self._limits.hard_bytes >> 20} MiB): send"
            " again later",
            _RETRY_AFTER_S,
            "memory",
        )

    @contextmanager
    def body(self) -> Iterator[Callable[[int], None]]:
        """Accounts for one body while it is received: the function given takes each part's size.

        It raises RetryableError when the bodies under way have no room for the part.
        """
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            taken += size
            self._bodies_bytes += size
            if self._bodies_bytes > self.bodies_limit_bytes:
                raise RetryableError(
                    f"requests of over {self.bodies_limit_bytes >> 20} MiB are being received"
                    " already: send again later",
                    1.0,
                    "memory",
                )

        try:
            yield take
        finally:
            self._bodies_bytes -= taken

    def _level_of(self, rss: int) -> Level:
        soft, hard = self._limits.soft_bytes, self._limits.hard_bytes
        margin = (hard - soft) // 4
        if rss >= hard or (self._level == "hard" and rss >= hard - margin):
            return "hard"
        if rss >= soft or (self._level != "normal" and rss >= soft - margin):
            return "soft"
        return "normal"

    def _note(self, level: Level) -> None:
        if level != self._level:
            words = {"normal": "taken", "soft": "slowed down", "hard": "refused"}
            logger.warning("%d MiB of memory: requests are %s", self._rss >> 20, words[level])
        self._level = level
        if level == "hard" and self._sampled_at - self._collected_at >= _COLLECT_S:
            self._collected_at = self._sampled_at
            _release()

    @property
    def _delay_s(self) -> float:
        """The nearer to the hard limit, the longer."""
        soft, hard = self._limits.soft_bytes, self._limits.hard_bytes
        share = (self._rss - soft) / (hard - soft)
        return min(max(share * _LONGEST_DELAY_S, _SHORTEST_DELAY_S), _LONGEST_DELAY_S)


def _release() -> None:
    """Gives back what can be: with nothing let in, nobody else would ever ask for it."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Of the GNU C library only.
    if trim is not None:
        trim(0)

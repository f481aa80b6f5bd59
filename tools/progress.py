"""Say what is being done, and the time it took."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Counts the steps of one command; safe for threads, whose steps may overlap.

    ``[2/5] installing Python packages ...`` when it begins, ``[2/5] installing Python packages: 31
    s`` when it has ended.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._lock = threading.Lock()

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Print ``doing`` now, and again with the elapsed seconds when the block ends."""
        number = self._next()
        self._say(number, f"{doing} ...")
        start = time.monotonic()
        try:
            yield
        except BaseException:
            self._say(number, f"{doing}: failed")
            raise
        self._say(number, f"{doing}: {time.monotonic() - start:.0f} s")

    def reused(self, what: str) -> None:
        """Count a step that has nothing to do."""
        self._say(self._next(), f"{what}: up to date")

    def title(self, doing: str) -> None:
        """Count a step whose own output follows."""
        self._say(self._next(), doing)

    def _next(self) -> int:
        with self._lock:
            self._done += 1
            return self._done

    def _say(self, number: int, text: str) -> None:
        # In one piece, the end of the line included: lines of threads must not mix.
        sys.stdout.write(f"[{number}/{self._total}] {text}\n")
        sys.stdout.flush()
        sys.stderr.flush()

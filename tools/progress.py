"""Say what is being done: one line per step, with the time it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Counts the steps of one command: ``[2/5] installing Python packages ... 31 s``."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Print ``doing`` now and the elapsed seconds when the block ends."""
        self._head(f"{doing} ... ", end="")
        start = time.monotonic()
        try:
            yield
        except BaseException:
            print("failed", flush=True)
            raise
        print(f"{time.monotonic() - start:.0f} s", flush=True)

    def reused(self, what: str) -> None:
        """Count a step that has nothing to do."""
        self._head(f"{what}: up to date")

    def title(self, doing: str) -> None:
        """Count a step whose own output follows."""
        self._head(doing)

    def _head(self, text: str, end: str = "\n") -> None:
        self._done += 1
        print(f"[{self._done}/{self._total}] {text}", end=end, flush=True)
        sys.stderr.flush()

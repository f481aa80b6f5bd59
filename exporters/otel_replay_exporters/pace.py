"""How often packs may be written: requests cost, and each pack is one or more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_HOUR_S = 3600
_BURST_SHARE = 120


class PutPace:
    """Spreads a number of PUTs over every hour. Safe for threads.

    A hundred-and-twentieth of them may follow one another at once, so that a quiet receiver is not
    slowed down; the others come evenly. So no hour, wherever it begins, has more than `per_hour`,
    as long as whoever asks waits as long as it is told. What was spent all the same is made up for
    afterwards.
    """

    def __init__(self, per_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_hour` is 2 or more."""
        burst = max(1, per_hour // _BURST_SHARE)
        self._clock = clock
        self._interval_s = _HOUR_S / (per_hour - burst)
        self._ahead_s = (burst - 1) * self._interval_s
        self._paid_until = clock()
        self._lock = threading.Lock()

    def wait_s(self) -> float:
        """Seconds until the next PUT is due, 0 when it is."""
        with self._lock:
            return max(0.0, self._paid_until - self._ahead_s - self._clock())

    def spend(self, puts: int) -> None:
        """So many are made now."""
        with self._lock:
            self._paid_until = max(self._paid_until, self._clock()) + puts * self._interval_s

"""A token bucket: so much per second on average, a few seconds' worth at once."""

from __future__ import annotations

import time
from collections.abc import Callable

BURST_S = 5.0
"""What may come at once, in seconds of the rate."""
_ROUNDING = 1e-6


class TokenBucket:
    """Allows `rate` per second; 0 is no limit."""

    def __init__(
        self, rate: float, least_burst: float = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """At least `least_burst` may come at once. `clock` gives seconds."""
        self._rate, self._clock = rate, clock
        self._burst = max(rate * BURST_S, least_burst)
        self._level, self._at = self._burst, clock()

    def wait_s(self, amount: float) -> float:
        """Seconds until so much may come; 0 for now.

        What is more than a burst may come when the bucket is full: it then owes the rest.
        """
        if not self._rate:
            return 0
        missing = min(amount, self._burst) - self._filled()
        # Who waits for just as long as told must not fail by a rounding error.
        return missing / self._rate if missing > self._burst * _ROUNDING else 0

    def take(self, amount: float) -> None:
        """Takes what came."""
        if self._rate:
            self._level = self._filled() - amount

    def _filled(self) -> float:
        now = self._clock()
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        return self._level

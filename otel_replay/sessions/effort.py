"""How hard the segments of a session are compressed: as its budget of processor time allows.

Measured on recordings of real pages (docs/benchmarks.md): level 19 takes 0.2 to 1.5 s for a MB of
JSON, level 12 a twentieth of that for a tenth more bytes, level 6 a third of that for another
tenth.
"""

from __future__ import annotations

import time
from collections.abc import Callable

BUDGET_S = 10.0
"""Processor time that the first level may take for one session; the second may take as much again.
What is left then is compressed at the last."""
_LEVELS = (19, 12)
_LAST_LEVEL = 6
_EXPECTED_S_PER_BYTE = (1e-6, 5e-8)
"""Before anything was measured."""


class Effort:
    """Chooses the level for each segment of one session, by what those before it took."""

    def __init__(
        self, budget_s: float = BUDGET_S, clock: Callable[[], float] = time.thread_time
    ) -> None:
        """`clock` gives the processor time of this thread, in seconds."""
        self._budget_s = budget_s
        self._clock = clock
        self._spent_s = [0.0 for _ in _LEVELS]
        self._bytes = [0 for _ in _LEVELS]

    def compressed(self, compress: Callable[[bytes, int], bytes], data: bytes) -> bytes:
        """`data` compressed by `compress`, which is given the level."""
        choice = next((i for i in range(len(_LEVELS)) if self._fits(i, len(data))), None)
        if choice is None:
            return compress(data, _LAST_LEVEL)
        began = self._clock()
        result = compress(data, _LEVELS[choice])
        self._spent_s[choice] += self._clock() - began
        self._bytes[choice] += len(data)
        return result

    def _fits(self, choice: int, size_bytes: int) -> bool:
        known = self._bytes[choice]
        rate = self._spent_s[choice] / known if known else _EXPECTED_S_PER_BYTE[choice]
        return self._spent_s[choice] + rate * size_bytes <= self._budget_s

"""Times of the API: milliseconds as numbers, from nanoseconds as stored."""

from __future__ import annotations


def ms(ns: int) -> float:
    """Nanoseconds as milliseconds.

    The division is of two integers: `ns / 1e6` would round `ns` to a float first, and whole
    milliseconds since the epoch would come out as .9998.
    """
    return ns / 1_000_000


def offset_ms(ns: int, zero_ms: int) -> float:
    """A time in ns, from `zero_ms` on. Exact, where the difference of two times in ms is not."""
    return ms(ns - zero_ms * 1_000_000)

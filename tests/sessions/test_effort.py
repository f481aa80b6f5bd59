"""Segments are compressed as hard as the session's budget of processor time allows."""

from __future__ import annotations

import itertools

import pytest

from otel_replay.sessions.effort import Effort


@pytest.mark.parametrize(
    ("budget_s", "size_bytes", "level"),
    [(1e6, 1_000, 19), (1.0, 10_000_000, 12), (0.0, 1_000, 6), (1.0, 100_000_000, 6)],
    ids=["small", "big for the budget", "none left", "too big for any"],
)
def test_the_level_follows_from_what_is_left(budget_s: float, size_bytes: int, level: int) -> None:
    assert _levels(Effort(budget_s), [size_bytes]) == [level]


def test_what_a_level_took_counts_for_the_next_segments() -> None:
    levels = _levels(Effort(budget_s=2.5, clock=itertools.count().__next__), [1_000] * 6)
    assert levels == [19, 19, 12, 12, 6, 6]


def _levels(effort: Effort, sizes: list[int]) -> list[int]:
    chosen: list[int] = []

    def compress(data: bytes, level: int) -> bytes:
        chosen.append(level)
        return data

    for size in sizes:
        effort.compressed(compress, bytes(size))
    return chosen

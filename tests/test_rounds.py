"""Work in rounds: it goes on through failures, and does not hurry then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

import pytest

from otel_replay.errors import UnavailableError
from otel_replay.rounds import work_in_rounds


class Waits(threading.Event):
    """Does not wait, remembers for how long it would have, and is set after so many times."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.pauses: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        return len(self.pauses) > self.number


def pauses(outcomes: Sequence[float | Exception], longest_s: float = 10) -> list[float | None]:
    """How long each round was waited for, the last wait ending the work."""
    stop = Waits(len(outcomes))
    rounds = iter(outcomes)

    def one_round() -> float:
        outcome = next(rounds)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    work_in_rounds(one_round, stop, what="tidying up", longest_s=longest_s, first_s=3)
    return stop.pauses


def test_each_round_says_how_long_to_wait_for_the_next() -> None:
    assert pauses([5, 0, 2]) == [3, 5, 0, 2]


@pytest.mark.parametrize("error", [UnavailableError("away"), KeyError("unexpected")])
def test_rounds_that_fail_are_tried_again_ever_later_until_one_succeeds(error: Exception) -> None:
    assert pauses([0, error, error, error, error, error, 1]) == [3, 0, 2, 4, 8, 10, 10, 1]


def test_failures_are_logged_with_what_was_done(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        pauses([UnavailableError("ClickHouse is away"), KeyError("unexpected")])
    waiting, failed = caplog.records
    assert waiting.getMessage() == "tidying up waits for 6 s: ClickHouse is away"
    assert failed.getMessage() == "tidying up failed; next try in 10 s"
    assert failed.exc_info is not None

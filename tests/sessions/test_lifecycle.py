"""When a session is live and when it is finished, with a clock that the tests move."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.sessions import World, at

MINUTE_S = 60

Story = Callable[[World], None]


def _click(world: World) -> None:
    world.click(world.id)


def _end(world: World) -> None:
    world.click(world.id)
    world.log(world.id, "session.end", 1_000)


def _end_with_a_late_tab(world: World) -> None:
    _end(world)
    world.chunk(world.id, 0, start_ms=-2_000)


def _more_after_the_end(world: World) -> None:
    _end(world)
    world.click(world.id, 10_000)


def _final_chunk(world: World) -> None:
    world.chunk(world.id, 0)
    world.chunk(world.id, 1, Final=True)


def _final_chunk_in_one_of_two_tabs(world: World) -> None:
    world.chunk(world.id, 0, Final=True)
    world.chunk(world.id, 0, tab="t2")


def _chunk_after_a_final_one(world: World) -> None:
    world.chunk(world.id, 0, Final=True)
    world.chunk(world.id, 1)


def _backend_record(world: World) -> None:
    world.log(world.id, "", scope="app", resource={"service.name": "api"})


@pytest.mark.parametrize(
    ("story", "after_s", "state"),
    [
        (_click, 0, "live"),
        (_click, 14 * MINUTE_S, "live"),
        (_click, 16 * MINUTE_S, "finished"),
        (_end, 0, "finished"),
        (_end_with_a_late_tab, 0, "finished"),
        (_more_after_the_end, 0, "live"),
        (_more_after_the_end, 16 * MINUTE_S, "finished"),
        (_final_chunk, 1 * MINUTE_S, "live"),
        (_final_chunk, 3 * MINUTE_S, "finished"),
        (_final_chunk_in_one_of_two_tabs, 3 * MINUTE_S, "live"),
        (_final_chunk_in_one_of_two_tabs, 16 * MINUTE_S, "finished"),
        (_chunk_after_a_final_one, 3 * MINUTE_S, "live"),
        (_backend_record, 14 * MINUTE_S, "live"),
        (_backend_record, 16 * MINUTE_S, "finished"),
    ],
)
def test_a_session_finishes(world: World, story: Story, after_s: int, state: str) -> None:
    story(world)
    # A few seconds may lie between this clock and ClickHouse's.
    world.clock.seconds += 5 if after_s == 0 else 0
    world.worker.run_once()
    world.clock.seconds += after_s
    world.worker.run_once()
    assert world.session(world.id)["state"] == state


def test_a_session_of_four_hours_finishes(world: World) -> None:
    world.zero_ms -= 4 * 3600_000
    world.click(world.id, 0)
    world.click(world.id, 4 * 3600_000 - 60_000)
    world.worker.run_once()
    assert world.session(world.id)["state"] == "live"
    world.click(world.id, 4 * 3600_000)
    world.clock.seconds += 5
    world.worker.run_once()
    assert world.session(world.id)["state"] == "finished"


def test_late_data_reopens_a_session(world: World) -> None:
    world.chunk(world.id, 0, Final=True, ReceivedAt=at(world.zero_ms))
    world.worker.run_once()
    assert world.session(world.id)["state"] == "finished"
    world.click(world.id, 60_000)
    world.chunk(world.id, 0, tab="t2", start_ms=60_000)
    world.worker.run_once()
    assert world.session(world.id)["state"] == "live"


def test_a_browser_with_a_wrong_clock_is_live_too(world: World) -> None:
    world.zero_ms -= 10 * 24 * 3600_000
    world.chunk(world.id, 0)
    world.worker.run_once()
    assert world.session(world.id)["state"] == "live"


def test_a_finished_session_is_left_alone(alone: World) -> None:
    alone.click(alone.id)
    alone.worker.run_once()
    alone.clock.seconds += 3600
    assert alone.worker.run_once() == 1
    assert alone.worker.run_once() == 0

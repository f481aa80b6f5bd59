"""When a session is live and when it is finished, with a clock that the tests move."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from otel_replay.sessions.lifecycle import END_SLACK_MS, FINAL_MS, IDLE_MS, LONGEST_MS
from tests.sessions.conftest import Told
from tests.support.sessions import World, at, now_ms, together

MINUTE_S = 60
MINUTE_MS = 60_000

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


STATES: list[tuple[Story, int, str]] = [
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
]
"""Stories, and their sessions' states after seconds of silence."""


@pytest.fixture(scope="module")
def states(stored: Told) -> dict[tuple[Story, int], str]:
    worlds = stored([story for story, _, _ in STATES])
    first = worlds[0]
    # A few seconds may lie between this clock and ClickHouse's.
    first.clock.seconds += 5
    first.worker.run_once()
    stored_s = first.clock()
    found = {}
    for now_s in sorted({after_s for _, after_s, _ in STATES}):
        first.clock.seconds = stored_s + now_s
        first.worker.run_once()
        for world, (story, after_s, _) in zip(worlds, STATES, strict=True):
            if after_s == now_s:
                found[story, after_s] = first.session(world.id)["state"]
    return found


@pytest.mark.parametrize(("story", "after_s", "state"), STATES)
def test_a_session_finishes(
    states: dict[tuple[Story, int], str], story: Story, after_s: int, state: str
) -> None:
    assert states[story, after_s] == state


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


# To the millisecond. Records come in as they are made, so that one number says both.


def _event(world: World, time_ms: int, name: str = "", source: str = "browser") -> None:
    """A light event, with its time of coming in, which is ClickHouse's otherwise."""
    row = {
        "SessionId": world.id,
        "Timestamp": world.ns(time_ms),
        "ReceivedAt": at(world.zero_ms + time_ms),
        "EventId": time_ms,
        "Kind": "custom",
        "Source": source,
        "Name": name,
    }
    world.database.insert("session_events", [row])


def _chunk(world: World, time_ms: int, *, final: bool = False, tab: str = "t1") -> None:
    """A chunk that ends, and comes in, at a time."""
    world.chunk(
        world.id,
        max(0, time_ms // 1_000),
        tab=tab,
        start_ms=time_ms - 4_000,
        Final=final,
        ReceivedAt=at(world.zero_ms + time_ms),
    )


def _idle(world: World) -> None:
    _event(world, 0)
    _event(world, 1_000)


def _idle_recording(world: World) -> None:
    _chunk(world, 0)
    _chunk(world, 5_000)


def _end_at_once(world: World) -> None:
    _event(world, 0)
    _event(world, 1_000, "session.end")


def _end_and_another_tab_within_the_slack(world: World) -> None:
    _event(world, 1_000, "session.end")
    _event(world, 1_000 + END_SLACK_MS)


def _end_and_another_tab_after_the_slack(world: World) -> None:
    _event(world, 1_000, "session.end")
    _event(world, 1_001 + END_SLACK_MS)


def _end_twice(world: World) -> None:
    _event(world, 0, "session.end")
    _event(world, 600_000)
    _event(world, 601_000, "session.end")


def _end_said_by_a_service(world: World) -> None:
    _event(world, 0)
    _event(world, 1_000, "session.end", "backend")


def _services_alone(world: World) -> None:
    _event(world, 0, "", "backend")
    _event(world, 1_000, "session.end", "backend")


def _services_later_than_the_browser(world: World) -> None:
    _event(world, 0)
    _event(world, 600_000, "", "backend")


def _final(world: World) -> None:
    _chunk(world, 0)
    _chunk(world, 5_000, final=True)


def _final_and_events_after_it(world: World) -> None:
    _final(world)
    _event(world, 60_000)


def _final_of_one_tab(world: World) -> None:
    _chunk(world, 5_000, final=True)
    _chunk(world, 1_000, tab="t2")


def _final_of_both_tabs(world: World) -> None:
    _chunk(world, 5_000, final=True)
    _chunk(world, 9_000, final=True, tab="t2")


def _back_after_final(world: World) -> None:
    _chunk(world, 5_000, final=True)
    _chunk(world, 9_000)


def _nearly_four_hours(world: World) -> None:
    for time_ms in range(0, LONGEST_MS - 1, 10 * MINUTE_MS):
        _event(world, time_ms)
    _event(world, LONGEST_MS - 1)


def _four_hours_and_a_minute(world: World) -> None:
    for time_ms in range(0, LONGEST_MS + 1, 10 * MINUTE_MS):
        _event(world, time_ms)
    _event(world, LONGEST_MS + MINUTE_MS)


FINISHES: list[tuple[Story, int]] = [
    (_idle, 1_000 + IDLE_MS),
    (_idle_recording, 5_000 + IDLE_MS),
    (_end_at_once, 1_000),
    (_end_and_another_tab_within_the_slack, 1_000 + END_SLACK_MS),
    (_end_and_another_tab_after_the_slack, 1_001 + END_SLACK_MS + IDLE_MS),
    (_end_twice, 601_000),
    (_end_said_by_a_service, IDLE_MS),
    (_services_alone, 1_000),
    (_services_later_than_the_browser, IDLE_MS),
    (_final, 5_000 + FINAL_MS),
    (_final_and_events_after_it, 5_000 + FINAL_MS),
    (_final_of_one_tab, 5_000 + IDLE_MS),
    (_final_of_both_tabs, 9_000 + FINAL_MS),
    (_back_after_final, 9_000 + IDLE_MS),
    # A millisecond more would be four hours, but for nothing coming in.
    (_nearly_four_hours, LONGEST_MS),
    # It was finished as it had lasted that long.
    (_four_hours_and_a_minute, LONGEST_MS),
]
"""Stories, and when their sessions finish."""


@pytest.fixture(scope="module")
def around_the_finish(stored: Told) -> dict[Story, list[str]]:
    """The states of all sessions a millisecond before their finish, and at it.

    The stories begin at such times that all finish at the same moment.
    """
    finish_ms = now_ms() - 3_600_000

    def timed(story: Story, after_ms: int) -> Story:
        def tell(world: World) -> None:
            world.zero_ms = finish_ms - after_ms
            story(world)

        return tell

    worlds = stored([timed(story, after_ms) for story, after_ms in FINISHES])
    found: dict[Story, list[str]] = {story: [] for story, _ in FINISHES}
    # A worker each, which has seen nothing: one looks for what is due every ten seconds only.
    for asked, at_ms in zip(worlds, (finish_ms - 1, finish_ms), strict=False):
        asked.clock.seconds = at_ms / 1000
        asked.worker.run_once()
        for world, (story, _) in zip(worlds, FINISHES, strict=True):
            found[story].append(asked.session(world.id)["state"])
    return found


@pytest.mark.parametrize(("story", "finish_ms"), FINISHES)
def test_when_a_session_finishes(
    around_the_finish: dict[Story, list[str]], story: Story, finish_ms: int
) -> None:
    assert around_the_finish[story] == ["live", "finished"]


def test_the_worker_finishes_a_session_at_its_time(alone: World) -> None:
    _event(alone, 0)
    due_s = (alone.zero_ms + IDLE_MS) / 1000
    for now_s, state in ((due_s - 0.001, "live"), (due_s + 10, "finished")):
        alone.clock.seconds = now_s
        alone.worker.run_once()
        assert [s["state"] for s in alone.json("sessions")["sessions"]] == [state]


def test_a_session_of_four_hours_stays_finished(world: World) -> None:
    world.zero_ms -= 2 * LONGEST_MS
    with together(world):
        _four_hours_and_a_minute(world)
        _event(world, LONGEST_MS + 2 * MINUTE_MS)
    world.clock.seconds = (world.zero_ms + LONGEST_MS + 2 * MINUTE_MS) / 1000
    assert world.session(world.id)["state"] == "finished"

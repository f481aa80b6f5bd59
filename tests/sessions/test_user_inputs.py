"""Clicks, key presses, rage and dead clicks, active time: of light events and of recordings."""

from __future__ import annotations

import gzip
from functools import partial
from typing import Any

import orjson
import pytest

from tests.sessions.conftest import Told
from tests.support.recordings import compact, finish, settle
from tests.support.rrweb import Event, change, click, meta, moved, typed
from tests.support.sessions import World, at

MINUTE_MS = 60_000
Place = tuple[int, int]


def _counts(world: World) -> tuple[int, int, int, int]:
    """Clicks, key presses, rage clicks, dead clicks."""
    counts = world.session(world.id)["counts"]
    return counts["clicks"], counts["key_presses"], counts["rage_clicks"], counts["dead_clicks"]


def _recorded(world: World, *events: Event, chunks: int = 1, tab: str = "t1") -> None:
    """A recording of a tab whose inputs were read."""
    world.chunks([world.chunk_row(world.id, seq, tab=tab) for seq in range(chunks)])
    world.read_inputs(world.id, tab, chunks, events)


HERE, NEAR, FAR = (100, 100), (118, 124), (119, 124)
"""NEAR is 30 pixels from HERE, FAR a little more."""


BURSTS: list[tuple[list[tuple[int, Place | None]], int]] = [
    ([(0, HERE), (500, HERE)], 0),
    ([(0, HERE), (500, NEAR), (1_000, HERE)], 1),
    ([(0, HERE), (500, HERE), (1_001, HERE)], 0),
    ([(0, HERE), (500, HERE), (1_000, FAR)], 0),
    # One burst, however long; a pause ends it.
    ([(time_ms, HERE) for time_ms in range(0, 5_000, 400)], 1),
    ([(time_ms, HERE) for time_ms in (0, 100, 200, 1_300, 1_400, 1_500)], 2),
    ([(time_ms, HERE) for time_ms in (0, 100, 200, 1_200, 1_300, 1_400)], 1),
    # So does another place.
    ([*((t, HERE) for t in (0, 100, 200)), *((t, FAR) for t in (300, 400, 500))], 2),
    # A slow run that becomes quick.
    ([(time_ms, HERE) for time_ms in (0, 900, 1_800, 2_000, 2_200)], 1),
    # Where nobody knows.
    ([(0, None), (100, None), (200, None)], 0),
]
"""Clicks, and how many bursts of rage they are."""


@pytest.fixture(scope="module")
def bursts_told(settled: Told) -> list[World]:
    def tell(world: World, clicks: list[tuple[int, Place | None]]) -> None:
        for time_ms, place in clicks:
            world.click(world.id, time_ms, at_px=place)

    return settled([partial(tell, clicks=clicks) for clicks, _ in BURSTS])


@pytest.mark.parametrize(("clicks", "bursts"), BURSTS)
def test_rage_is_three_clicks_within_a_second_and_thirty_pixels(
    bursts_told: list[World], clicks: list[tuple[int, Place | None]], bursts: int
) -> None:
    world = bursts_told[BURSTS.index((clicks, bursts))]
    assert _counts(world) == (len(clicks), 0, bursts, 0)


def test_clicks_in_two_tabs_are_no_rage(world: World) -> None:
    for time_ms, tab in ((0, "t1"), (100, "t2"), (200, "t1")):
        world.click(world.id, time_ms, at_px=HERE, tab=tab)
    assert _counts(world) == (3, 0, 0, 0)


def test_a_burst_that_the_browser_reports_too_counts_once(world: World) -> None:
    for time_ms in (0, 100, 200):
        world.click(world.id, time_ms, at_px=HERE)
    world.click(world.id, 200, at_px=HERE, kind="rage_click")
    _recorded(world, *(click(time_ms) for time_ms in (0, 100, 200)))
    assert _counts(world) == (3, 0, 1, 0)


def test_a_burst_that_only_the_browser_reports_counts(world: World) -> None:
    world.click(world.id, 200, kind="rage_click")
    assert _counts(world) == (0, 0, 1, 0)


def test_dead_clicks_are_those_that_the_browser_reports(world: World) -> None:
    world.click(world.id, 0)
    world.click(world.id, 10_000)
    world.click(world.id, 0, kind="dead_click")
    # It looks closer than a recording can.
    _recorded(world, click(0), click(10_000), moved(20_000, 20_000))
    assert _counts(world) == (2, 0, 0, 1)


def test_that_the_browser_reports_no_dead_click_counts_too(world: World) -> None:
    world.click(world.id, 0)
    _recorded(world, click(0), moved(20_000, 20_000))
    assert _counts(world) == (1, 0, 0, 0)


def test_a_recording_alone_tells_what_a_person_did(world: World) -> None:
    clicks = [click(time_ms) for time_ms in (0, 100, 200)]
    keys = [typed(5_000, "a"), typed(5_100, "ab"), change(5_200)]
    _recorded(world, *clicks, moved(4_000, 4_000), *keys, click(6_000), change(6_100))
    assert _counts(world) == (4, 2, 1, 3)


def test_kinds_of_clicks_are_kinds_of_events(world: World) -> None:
    for kind in ("click", "rage_click", "dead_click"):
        world.click(world.id, 0, kind=kind)
    events = world.json(f"sessions/{world.id}/events?kind=rage_click,dead_click")["events"]
    assert sorted((e["kind"], e["title"]) for e in events) == [
        ("dead_click", "#buy"),
        ("rage_click", "#buy"),
    ]


def test_rage_clicks_of_before_they_had_a_kind_are_found(world: World) -> None:
    row = {
        "SessionId": world.id,
        "Timestamp": world.ns(0),
        "EventId": 1,
        "Kind": "custom",
        "Source": "browser",
        "Name": "browser.user_action.rage_click",
        "Tab": "t1",
    }
    world.database.insert("session_events", [row])
    assert _counts(world) == (0, 0, 1, 0)
    (event,) = world.json(f"sessions/{world.id}/events?kind=rage_click")["events"]
    assert event["kind"] == "rage_click"
    assert world.json(f"sessions/{world.id}/events?kind=custom")["events"] == []


# Active time


ACTIVE: list[tuple[list[Event], int]] = [
    ([], 0),
    ([click(0)], 0),
    ([click(0), moved(5_000, 5_000)], 5_000),
    ([click(0), moved(5_001, 5_001)], 0),
    ([moved(1_000, 500), click(30_000), click(33_000)], 500 + 3_000),
    # The page alone makes nobody active.
    ([click(0), *(change(time_ms) for time_ms in range(0, 60_000, 1_000))], 0),
]


@pytest.fixture(scope="module")
def active_told(settled: Told) -> list[World]:
    def tell(world: World, events: list[Event]) -> None:
        _recorded(world, *events, chunks=3)

    return settled([partial(tell, events=events) for events, _ in ACTIVE])


@pytest.mark.parametrize(("events", "active_ms"), ACTIVE)
def test_active_is_the_time_of_user_inputs(
    active_told: list[World], events: list[Event], active_ms: int
) -> None:
    world = active_told[ACTIVE.index((events, active_ms))]
    assert world.session(world.id)["active_ms"] == active_ms


def test_clicks_and_inputs_of_several_tabs_make_one_active_time(world: World) -> None:
    _recorded(world, click(0), click(4_000))
    _recorded(world, click(2_000), click(6_000), tab="t2")
    world.click(world.id, 9_000)
    assert world.session(world.id)["active_ms"] == 9_000


def test_until_a_recording_is_read_all_that_happens_in_it_is_activity(world: World) -> None:
    _recorded(world, click(0), chunks=2)
    assert world.session(world.id)["active_ms"] == 0
    # A chunk that the facts do not know of: five seconds each, but for the last one's end.
    world.chunk(world.id, 2)
    assert world.session(world.id)["active_ms"] == 14_000
    assert _counts(world)[0] == 0
    world.read_inputs(world.id, "t1", 3, [click(0), click(11_000), click(12_000)])
    assert world.session(world.id)["active_ms"] == 1_000
    assert _counts(world)[0] == 3


def test_what_was_read_from_more_chunks_stays(world: World) -> None:
    """Two workers may read the same session; the one that knew less may be the last to write."""
    _recorded(world, click(0), click(1_000), chunks=2)
    world.read_inputs(world.id, "t1", 1, [click(0)])
    assert _counts(world)[0] == 2


def test_what_was_read_outlives_the_recording(world: World) -> None:
    world.navigation(world.id, "http://shop/")
    world.read_inputs(world.id, "t1", 5, [click(0), typed(1_000, "a")])
    assert _counts(world) == (1, 1, 0, 0)


def test_the_error_of_the_clock_is_taken_off_inputs(world: World) -> None:
    ahead_ms = 7 * MINUTE_MS
    for seq in range(2):
        sent_ms = world.zero_ms + seq * 5_000 + 4_000
        world.chunk(
            world.id,
            seq,
            start_ms=ahead_ms + seq * 5_000,
            SentAt=at(sent_ms + ahead_ms + 10),
            ReceivedAt=at(sent_ms + 20),
        )
    early = [click(ahead_ms), click(ahead_ms + 3_000)]
    world.read_inputs(world.id, "t1", 2, early)
    # Beside a tab whose clock is right, on one time line.
    _recorded(world, click(2_000), click(7_000), tab="t2")
    session = world.session(world.id)
    assert session["clock_error_ms"] == ahead_ms - 10
    assert session["active_ms"] == 7_000 - 10


@pytest.mark.parametrize("again", [1, 2])
def test_facts_that_come_again_change_nothing(world: World, again: int) -> None:
    events = [click(0), click(100), click(200), typed(1_000, "a"), click(9_000)]
    _recorded(world, *events)
    before = world.session(world.id)
    for _ in range(again):
        world.read_inputs(world.id, "t1", 1, events)
        world.worker.run_once()
    assert world.session(world.id) == before


def test_a_row_that_is_computed_again_is_the_same(world: World) -> None:
    _recorded(world, click(0), click(100), click(200), typed(1_000, "a"))
    world.navigation(world.id, "http://shop/")
    rows: list[Any] = []
    for _ in range(2):
        world.click(world.id, 5_000)
        world.worker.run_once()
        rows += world.database.query(
            "SELECT * EXCEPT (Version, LastSeen, FinishAt) FROM sessions FINAL"
            " WHERE SessionId = {id:String}",
            {"id": world.id},
        )
    assert rows[0] == rows[1]


def test_sessions_are_found_by_these_numbers(alone: World) -> None:
    _recorded(alone, *(click(time_ms) for time_ms in (0, 100, 200)), typed(900, "a"), click(9_000))
    alone.click(alone.id, 9_000, kind="dead_click")
    alone.worker.run_once()
    for query, found in (
        ("key_presses:1", 1),
        ("rage_clicks:>0", 1),
        ("dead_clicks:>=1 clicks:4", 1),
        ("rage_clicks:>1", 0),
    ):
        sessions = alone.client.get("/api/v1/sessions", query_string={"q": query}).json
        assert sessions is not None
        assert len(sessions["sessions"]) == found, query


# As a finished session is compacted


def _sent(world: World, seq: int, *events: Event, **columns: Any) -> None:
    """A chunk that holds these events."""
    timed = [{**event, "timestamp": world.zero_ms + event["timestamp"]} for event in events]
    world.chunk(world.id, seq, payload=gzip.compress(orjson.dumps(timed)), **columns)


def test_a_session_that_is_compacted_tells_what_a_person_did(alone: World) -> None:
    _sent(alone, 0, meta(0, "http://shop/"), click(0), click(100), click(200))
    _sent(alone, 1, typed(5_000, "a"), typed(5_100, "ab"), click(6_000))
    finish(alone)
    assert _counts(alone) == (0, 0, 0, 0)
    assert compact(alone) == 1
    settle(alone)
    assert _counts(alone) == (4, 2, 1, 3)
    session = alone.session(alone.id)
    assert (session["state"], session["active_ms"]) == ("finished", 6_000)
    assert [(page["url"], page["time_ms"]) for page in session["pages"]] == [
        ("http://shop/", 9_000)
    ]

    # What comes late is unknown until it is compacted too.
    _sent(alone, 2, click(10_000), click(14_000))
    finish(alone)
    assert _counts(alone) == (0, 0, 0, 0)
    assert compact(alone) == 1
    settle(alone)
    assert _counts(alone) == (6, 2, 1, 5)
    assert alone.session(alone.id)["active_ms"] == 14_000


def test_runs_that_begin_with_one_number_are_read_once(alone: World) -> None:
    """As other recorders number their events, and deliver them in other groupings again."""
    runs = [[click(0)], [click(0), click(1_000), click(2_000)]]
    for events in runs:
        _sent(alone, 0, *events, MoreSeqs=len(events) - 1, Events=len(events), Checkpoint=False)
    finish(alone)
    assert compact(alone) == 1
    settle(alone)
    assert _counts(alone)[0] == 3

"""Browsers whose clocks are wrong: their sessions are sorted, joined and finished by ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from otel_replay.sessions.clock import BATCH_MS, DELAY_MS, NEVER_MS, ClockErrors, Lag, errors
from tests.sessions.conftest import Told
from tests.support.sessions import BROWSER_SCOPE, World, at, new_id, now_ms, together

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
WAY_MS = 40
"""That what is sent is under way."""
IN_1970_MS = 86_400_000
IN_2099_MS = 4_070_908_800_000


@dataclass
class Visitor:
    """A tab of a browser whose clock is ahead by `ahead_ms`. Offsets are true ones."""

    world: World
    ahead_ms: int
    tab: str = "t1"

    def records(self, seq: int, offset_ms: int = 0, delay_ms: int = WAY_MS, **columns: Any) -> None:
        """Sends a chunk of four seconds a second after its end."""
        true_ms = self.world.zero_ms + offset_ms + 5_000
        sent = {"SentAt": at(true_ms + self.ahead_ms), "ReceivedAt": at(true_ms + delay_ms)}
        start_ms = offset_ms + self.ahead_ms
        more = {"tab": self.tab, "start_ms": start_ms, **sent, **columns}
        self.world.chunk(self.world.id, seq, **more)

    def throws(self, message: str, offset_ms: int) -> None:
        attributes = {"exception.message": message, "session.replay.tab": self.tab}
        self.world.log(self.world.id, "exception", offset_ms + self.ahead_ms, attributes=attributes)

    def requests(self, offset_ms: int) -> None:
        world = self.world
        world.request(world.id, world.trace, "a" * 16, offset_ms + self.ahead_ms, duration_ms=80)


def _backend(world: World, offset_ms: int) -> None:
    """A span of a service that fails, and a log record in it."""
    error = [("KeyError", "coupon")]
    world.span(world.trace, "b" * 16, offset_ms, parent="a" * 16, exceptions=error)
    world.backend_log("no such coupon", world.trace, offset_ms)


def _events(world: World, query: str = "") -> list[Any]:
    found: list[Any] = world.json(f"sessions/{world.id}/events?{query}")["events"]
    return found


def _offsets(world: World, query: str = "") -> dict[str, float]:
    return {event["kind"]: event["offset_ms"] for event in _events(world, query)}


def _recorded(world: World, ahead_ms: int) -> None:
    with together(world):
        for seq in range(3):
            Visitor(world, ahead_ms).records(seq, 5_000 * seq, delay_ms=WAY_MS + 300 * seq)


# What the clock's error is


AHEAD = [
    (7 * MINUTE_MS, True),
    (-7 * MINUTE_MS, True),
    (2_000, True),
    (-2_000, True),
    (30 * 24 * HOUR_MS, True),
    (7 * MINUTE_MS, False),
]
"""How far a clock is ahead, and whether the worker computed the session."""


@pytest.fixture(scope="module")
def ahead_told(settled: Told) -> dict[int, World]:
    cases = [ahead_ms for ahead_ms, computed in AHEAD if computed]
    worlds = settled([partial(_recorded, ahead_ms=ahead_ms) for ahead_ms in cases])
    return dict(zip(cases, worlds, strict=True))


@pytest.mark.parametrize(("ahead_ms", "computed"), AHEAD)
def test_the_error_is_told(
    ahead_told: dict[int, World], world: World, ahead_ms: int, computed: bool
) -> None:
    """By what the worker computed, and before it came to it."""
    if computed:
        world = ahead_told[ahead_ms]
    else:
        _recorded(world, ahead_ms)
    manifest = world.json(f"sessions/{world.id}/manifest")
    told = ahead_ms - WAY_MS
    assert world.session(world.id)["clock_error_ms"] == told
    assert (manifest["clock_error_ms"], manifest["tabs"][0]["clock_error_ms"]) == (told, told)
    assert manifest["start_ms"] == world.zero_ms + WAY_MS


PERHAPS_DELAY = [0, 900, -900, -1_900]


@pytest.fixture(scope="module")
def perhaps_delay_told(settled: Told) -> dict[int, World]:
    def tell(world: World, ahead_ms: int) -> None:
        Visitor(world, ahead_ms).records(0)

    worlds = settled([partial(tell, ahead_ms=ahead_ms) for ahead_ms in PERHAPS_DELAY])
    return dict(zip(PERHAPS_DELAY, worlds, strict=True))


@pytest.mark.parametrize("ahead_ms", PERHAPS_DELAY)
def test_what_may_be_delay_is_no_error(perhaps_delay_told: dict[int, World], ahead_ms: int) -> None:
    world = perhaps_delay_told[ahead_ms]
    assert world.session(world.id)["clock_error_ms"] == 0
    assert world.session(world.id)["start_ms"] == world.zero_ms + ahead_ms


def test_slow_chunks_are_no_error(world: World) -> None:
    right = Visitor(world, 0)
    right.records(0, delay_ms=90_000)
    right.records(1, 5_000)
    right.records(2, 10_000, delay_ms=20_000)
    assert world.session(world.id)["clock_error_ms"] == 0


def test_the_upload_of_a_big_chunk_is_no_error(world: World) -> None:
    Visitor(world, 0).records(0, delay_ms=4_500, Length=500_000)
    assert world.session(world.id)["clock_error_ms"] == 0


def test_a_chunk_from_a_queue_of_days_changes_nothing(world: World) -> None:
    behind = Visitor(world, -7 * MINUTE_MS)
    behind.records(0)
    behind.records(1, 5_000, delay_ms=3 * 24 * HOUR_MS)
    assert world.session(world.id)["clock_error_ms"] == -7 * MINUTE_MS - WAY_MS


def test_a_chunk_that_came_twice_changes_nothing(world: World) -> None:
    ahead = Visitor(world, 7 * MINUTE_MS)
    ahead.records(0)
    for delay_ms in (WAY_MS, HOUR_MS):
        ahead.records(1, 5_000, delay_ms=delay_ms)
    assert world.session(world.id)["clock_error_ms"] == 7 * MINUTE_MS - WAY_MS


def test_a_clock_that_is_set_right_has_the_error_of_most_of_the_recording(world: World) -> None:
    Visitor(world, 7 * MINUTE_MS).records(0)
    for seq in (1, 2):
        Visitor(world, 0).records(seq, 5_000 * seq)
    assert world.session(world.id)["clock_error_ms"] == 0


@pytest.mark.parametrize("ahead_ms", [-7 * MINUTE_MS, 0])
@pytest.mark.parametrize("instead_ms", [0, 4_000], ids=["start", "end"])
def test_a_sender_that_does_not_say_when_it_sends_is_taken_at_its_word(
    world: World, ahead_ms: int, instead_ms: int
) -> None:
    Visitor(world, ahead_ms).records(0, SentAt=at(world.zero_ms + ahead_ms + instead_ms))
    assert world.session(world.id)["clock_error_ms"] == 0


def test_chunks_from_the_future_tell_even_without_the_time_of_sending(world: World) -> None:
    ahead_ms = 7 * MINUTE_MS
    Visitor(world, ahead_ms).records(0, SentAt=at(world.zero_ms + ahead_ms))
    # It ended a second before it was sent.
    assert world.session(world.id)["clock_error_ms"] == ahead_ms - WAY_MS - 1_000


# Without a recording


def _logs(world: World, observed_and_received_ms: Sequence[tuple[int, int]]) -> None:
    """Stores browser events as their rows, because the time of arrival is the database's else."""
    world.database.insert(
        "session_events",
        [
            {
                "SessionId": world.id,
                "Timestamp": observed_ms * 1_000_000,
                "ObservedTimestamp": at(observed_ms),
                "ReceivedAt": at(received_ms),
                "EventId": index,
                "Kind": "click",
                "Source": "browser",
                "Name": "browser.user_action.click",
                "Tab": "t1",
            }
            for index, (observed_ms, received_ms) in enumerate(observed_and_received_ms)
        ],
    )


SENT_EVERY_MS = 2_000
AHEAD_WITHOUT_RECORDING = [7 * MINUTE_MS, -7 * MINUTE_MS, 2_000]


@pytest.fixture(scope="module")
def sent_as_they_happen(settled: Told) -> dict[int, World]:
    def tell(world: World, ahead_ms: int) -> None:
        happened = range(world.zero_ms, world.zero_ms + 20_000, 1_000)
        sent = [(t + ahead_ms, t - t % SENT_EVERY_MS + SENT_EVERY_MS) for t in happened]
        _logs(world, sent)

    worlds = settled([partial(tell, ahead_ms=ahead_ms) for ahead_ms in AHEAD_WITHOUT_RECORDING])
    return dict(zip(AHEAD_WITHOUT_RECORDING, worlds, strict=True))


@pytest.mark.parametrize("ahead_ms", AHEAD_WITHOUT_RECORDING)
def test_events_sent_as_they_happen_tell_the_error(
    sent_as_they_happen: dict[int, World], ahead_ms: int
) -> None:
    world = sent_as_they_happen[ahead_ms]
    told = world.session(world.id)["clock_error_ms"]
    assert ahead_ms - SENT_EVERY_MS <= told <= ahead_ms
    assert told != 0


@pytest.mark.parametrize(
    "received_after_ms", [BATCH_MS // 2, 3 * 24 * HOUR_MS], ids=["a batch", "an offline queue"]
)
def test_events_that_waited_are_no_error(world: World, received_after_ms: int) -> None:
    happened = range(world.zero_ms, world.zero_ms + 20_000, 1_000)
    _logs(world, [(t, world.zero_ms + 20_000 + received_after_ms) for t in happened])
    assert world.session(world.id)["clock_error_ms"] == 0


def test_the_observed_time_of_log_records_is_kept(world: World) -> None:
    """From otel_logs, where receivers write; the clock is ahead of the database's."""
    world.zero_ms = now_ms() + 7 * MINUTE_MS
    world.log(world.id, "browser.navigation", ObservedTimestamp=world.ns(0))
    error_ms = world.session(world.id)["clock_error_ms"]
    assert 7 * MINUTE_MS - 30_000 < error_ms <= 7 * MINUTE_MS


# Several tabs


def test_tabs_on_machines_with_different_clocks_share_one_time_line(world: World) -> None:
    with together(world):
        Visitor(world, 7 * MINUTE_MS, "t1").records(0, 0)
        Visitor(world, 7 * MINUTE_MS, "t1").records(1, 5_000)
        Visitor(world, -3 * MINUTE_MS, "t2").records(0, 2_000)
        for tab, ahead_ms in (("t1", 7 * MINUTE_MS), ("t2", -3 * MINUTE_MS)):
            Visitor(world, ahead_ms, tab).throws(f"in {tab}", 3_000)
    manifest = world.json(f"sessions/{world.id}/manifest")
    assert [
        (tab["id"], tab["start_offset_ms"], tab["clock_error_ms"]) for tab in manifest["tabs"]
    ] == [
        ("t1", 0, 7 * MINUTE_MS - WAY_MS),
        ("t2", 2_000, -3 * MINUTE_MS - WAY_MS),
    ]
    assert manifest["clock_error_ms"] == 7 * MINUTE_MS - WAY_MS
    assert {event["title"]: event["offset_ms"] for event in _events(world)} == {
        ": in t1": 3_000,
        ": in t2": 3_000,
    }
    first = world.get(f"sessions/{world.id}/replay").text
    assert first.count("\n") == 2  # The tab that truly began first, with its two chunks.


def _lag(tab: str, lag_ms: int, explained_ms: int = DELAY_MS, **more: Any) -> Lag:
    return Lag(
        **{
            "tab": tab,
            "lag_ms": lag_ms,
            "explained_ms": explained_ms,
            "records": 10,
            "recorded": True,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        ([], {}),
        ([_lag("a", 20), _lag("b", 900)], {}),
        # One browser has one clock: what one of its tabs has more of lag is delay.
        ([_lag("a", -420_000), _lag("b", -419_000)], {"a": 420_000, "b": 420_000, "": 420_000}),
        ([_lag("a", 30), _lag("b", 45_000)], {}),
        ([_lag("a", 300_000), _lag("b", 302_000)], {"a": -300_000, "b": -300_000, "": -300_000}),
        # That a tab's records waited is no sign where another one's did not.
        (
            [_lag("a", 299_000, NEVER_MS), _lag("b", 300_000)],
            {"a": -299_000, "b": -299_000, "": -299_000},
        ),
        ([_lag("a", 299_000, NEVER_MS)], {}),
        # What nothing is known of goes by the clock that most was sent by.
        (
            [_lag("a", -420_000, records=3), _lag("b", 20, records=9), _lag("c", 0, records=0)],
            {"a": 420_000},
        ),
        (
            [_lag("a", -420_000, records=9), _lag("b", 20, records=3), _lag("c", 0, records=0)],
            {"a": 420_000, "c": 420_000, "": 420_000},
        ),
        # A recorder says when it sends; that is worth more than any number of other records.
        ([_lag("a", -420_000, recorded=False), _lag("b", 20, records=1)], {"a": 420_000}),
    ],
)
def test_the_clocks_of_a_sessions_tabs(lags: list[Lag], expected: dict[str, int]) -> None:
    assert errors(lags) == ClockErrors(expected)


# What the error is used for


FAR_OFF = [7 * MINUTE_MS, -7 * MINUTE_MS, 9 * HOUR_MS, -9 * HOUR_MS]


FarOff = tuple[Callable[..., None], int]


def _fails(world: World, ahead_ms: int) -> None:
    visitor = Visitor(world, ahead_ms)
    visitor.records(0)
    visitor.requests(1_000)
    _backend(world, 1_020)
    visitor.throws("the request failed", 1_040)


def _traced(world: World, ahead_ms: int) -> None:
    visitor = Visitor(world, ahead_ms)
    visitor.records(0)
    visitor.requests(1_000)
    _backend(world, 1_050)


@pytest.fixture(scope="module")
def far_off_told(settled: Told) -> dict[FarOff, World]:
    """What fails and what is traced in browsers whose clocks are far off."""
    cases = [(story, ahead_ms) for story in (_fails, _traced) for ahead_ms in FAR_OFF]
    worlds = settled([partial(story, ahead_ms=ahead_ms) for story, ahead_ms in cases])
    return dict(zip(cases, worlds, strict=True))


@pytest.mark.parametrize("ahead_ms", FAR_OFF)
def test_an_error_stands_where_the_backends_does(
    far_off_told: dict[FarOff, World], ahead_ms: int
) -> None:
    world = far_off_told[_fails, ahead_ms]
    offsets = _offsets(world) | _offsets(world, "kind=log")
    assert abs(offsets["error"] - offsets["backend_error"]) < 100
    assert abs(offsets["request"] - offsets["log"]) < 100

    (raw,) = world.database.query(
        "SELECT toUnixTimestamp64Milli(Timestamp) AS ms FROM session_events"
        " WHERE SessionId = {id:String} AND Kind = 'error'",
        {"id": world.id},
    )
    assert raw["ms"] == world.zero_ms + 1_040 + ahead_ms


def test_times_that_were_shown_find_the_events_again(world: World) -> None:
    visitor = Visitor(world, 7 * MINUTE_MS)
    with together(world):
        visitor.records(0)
        for offset_ms in (1_000, 2_000, 3_000):
            visitor.throws(str(offset_ms), offset_ms)
    shown = [event["t_ms"] for event in _events(world)]
    assert shown == [world.zero_ms + WAY_MS + offset for offset in (1_000, 2_000, 3_000)]
    (found,) = _events(world, f"from={shown[1]}&to={shown[1]}")
    assert found["title"] == ": 2000"


@pytest.mark.parametrize("ahead_ms", FAR_OFF)
def test_a_trace_is_shown_by_one_clock(far_off_told: dict[FarOff, World], ahead_ms: int) -> None:
    world = far_off_told[_traced, ahead_ms]
    start_ms = world.zero_ms + 1_000 + WAY_MS

    trace = world.json(f"traces/{world.trace}")
    (root,) = trace["spans"]
    assert (trace["start_ms"], trace["duration_ms"]) == (start_ms, 80)
    assert (root["start_ms"], root["children"][0]["start_ms"]) == (start_ms, start_ms + 10)
    assert [log["t_ms"] for log in trace["logs"]] == [start_ms + 10]
    (session,) = trace["sessions"]
    assert (session["offset_ms"], session["clock_error_ms"]) == (1_000, ahead_ms - WAY_MS)

    (listed,) = world.json(f"sessions/{world.id}/traces")["traces"]
    assert (listed["offset_ms"], listed["duration_ms"], listed["errors"]) == (1_000, 80, 1)
    assert listed["services"] == ["shop-web", "checkout"]


def test_a_trace_known_from_the_browsers_log_only_is_in_its_place(world: World) -> None:
    Visitor(world, 7 * MINUTE_MS).records(0)
    attributes = {"session.replay.tab": "t1"}
    world.log(
        world.id, "exception", 7 * MINUTE_MS + 500, attributes=attributes, TraceId=world.trace
    )
    (trace,) = world.json(f"sessions/{world.id}/traces")["traces"]
    assert trace["offset_ms"] == 500
    (session,) = world.json(f"traces/{world.trace}")["sessions"]
    assert session["offset_ms"] == 500


@pytest.mark.parametrize("its_ms", [IN_1970_MS, IN_2099_MS])
def test_sessions_are_listed_by_our_clock(alone: World, its_ms: int) -> None:
    right, wrong, older = alone.id, new_id(), new_id()
    for session_id, offset_ms, its_clock_ms in (
        (right, 10_000, None),
        (wrong, 5_000, its_ms),
        (older, 0, None),
    ):
        alone.id = session_id
        true_ms = alone.zero_ms + offset_ms
        Visitor(alone, 0 if its_clock_ms is None else its_clock_ms - true_ms).records(0, offset_ms)
    alone.worker.run_once()
    assert [row["id"] for row in alone.json("sessions")["sessions"]] == [right, wrong, older]
    span = f"from={alone.zero_ms + 4_000}&to={alone.zero_ms + 6_000}"
    assert [row["id"] for row in alone.json(f"sessions?{span}")["sessions"]] == [wrong]


def test_a_session_whose_clock_becomes_known_moves_to_its_true_day(alone: World) -> None:
    behind = Visitor(alone, -10 * 24 * HOUR_MS)
    alone.click(alone.id, behind.ahead_ms + 1_000)
    alone.worker.run_once()
    behind.records(0)
    alone.worker.run_once()
    listed = alone.json("sessions")["sessions"]
    assert [(row["id"], row["start_ms"]) for row in listed] == [(alone.id, alone.zero_ms + WAY_MS)]


# When it is finished


@pytest.mark.parametrize("its_ms", [IN_1970_MS, IN_2099_MS])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_clock_of_another_century_ends_no_session(
    alone: World, its_ms: int, recorded: bool
) -> None:
    ahead_ms = its_ms - now_ms()
    alone.zero_ms = now_ms()
    if recorded:
        Visitor(alone, ahead_ms).records(0)
    alone.click(alone.id, ahead_ms)
    alone.request(alone.id, alone.trace, "a" * 16, ahead_ms + 2_000)
    alone.worker.run_once()
    assert alone.session(alone.id)["state"] == "live"
    assert alone.session(alone.id)["duration_ms"] < 60_000
    alone.clock.seconds += 16 * 60
    alone.worker.run_once()
    assert alone.session(alone.id)["state"] == "finished"


@pytest.mark.parametrize("recorded", [True, False])
def test_one_event_from_the_future_counts_as_it_comes_in(world: World, recorded: bool) -> None:
    world.zero_ms = now_ms() - 10_000
    if recorded:
        Visitor(world, 0).records(0)
    for offset_ms in (0, 1_000, 2_000):
        world.click(world.id, offset_ms)
    world.log(world.id, "exception", IN_2099_MS - world.zero_ms, scope=BROWSER_SCOPE)
    world.worker.run_once()
    session = world.session(world.id)
    assert (session["state"], session["clock_error_ms"]) == ("live", 0)
    assert session["duration_ms"] < 60_000
    (event,) = _events(world, "kind=error")
    assert world.zero_ms + 2_000 < event["t_ms"] < world.zero_ms + 60_000


def test_one_event_from_the_future_in_a_chunk_leaves_the_manifest_in_shape(world: World) -> None:
    visitor = Visitor(world, 0)
    visitor.records(0)
    visitor.records(1, 5_000, EndTime=at(IN_2099_MS))
    manifest = world.json(f"sessions/{world.id}/manifest")
    assert manifest["end_ms"] == world.zero_ms + 10_000 + WAY_MS
    assert manifest["tabs"][0]["chunks"]["end"] == [4_000, 10_000 + WAY_MS]

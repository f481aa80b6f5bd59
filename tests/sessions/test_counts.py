"""What a session's row says equals what was received, however often and in whatever order."""

from __future__ import annotations

from functools import partial

import pytest

from tests.sessions.conftest import Told
from tests.support.sessions import World, together


def test_counts_are_exact(world: World) -> None:
    _visit(world)
    world.worker.run_once()

    session = world.session(world.id)
    assert session["counts"] == {
        "pages": 2,
        "clicks": 1,
        "key_presses": 0,
        "rage_clicks": 0,
        "dead_clicks": 0,
        "errors": 1,
        "backend_errors": 1,
        "requests": 3,
        "failed_requests": 2,
        "console_errors": 1,
        "traces": 3,
        "tabs": 2,
        "chunks": 4,
        "events": 40,
    }
    assert (session["first_url"], session["last_url"]) == ("http://shop/", "http://shop/cart")
    assert (session["entry_page"], session["exit_page"]) == ("http://shop/", "http://shop/")
    assert session["start_ms"] == world.zero_ms
    assert session["duration_ms"] == 19_000
    assert session["has_replay"] is True
    assert session["gaps"] == 0
    assert session["release"] == "1.2.0"
    assert session["service"] == "shop-web"
    assert session["user"] == {"id": "u-1", "name": "Ada", "email": "ada@example.com"}


def test_a_redelivery_changes_nothing(world: World) -> None:
    _visit(world)
    world.worker.run_once()
    before = world.session(world.id)
    _visit(world)
    world.worker.run_once()
    payload = {"payload_bytes"}  # Of a new blob.
    after = world.session(world.id)
    assert {k: v for k, v in after.items() if k not in payload} == {
        k: v for k, v in before.items() if k not in payload
    }


def test_a_session_that_is_not_derived_yet_is_computed_when_asked_for(world: World) -> None:
    _visit(world)
    computed = world.session(world.id)
    world.worker.run_once()
    assert computed == world.session(world.id)


@pytest.mark.parametrize("browser_first", [True, False])
def test_backend_exceptions_count_whatever_comes_first(world: World, browser_first: bool) -> None:
    steps = [_send_browser_span, _send_backend_span]
    for step in steps if browser_first else reversed(steps):
        step(world)
        world.worker.run_once()
    assert world.counts(world.id, "backend_errors", "traces") == {"backend_errors": 1, "traces": 1}


def test_a_backend_exception_long_after_the_session_counts(world: World) -> None:
    _send_browser_span(world)
    world.worker.run_once()
    world.clock.seconds += 7200
    world.worker.run_once()
    assert world.session(world.id)["state"] == "finished"
    _send_backend_span(world)
    world.worker.run_once()
    assert world.counts(world.id, "backend_errors") == {"backend_errors": 1}
    assert world.session(world.id)["state"] == "finished"


def test_an_exception_sent_as_span_event_and_as_log_counts_once(world: World) -> None:
    _send_browser_span(world)
    _send_backend_span(world)
    world.backend_log(
        "",
        world.trace,
        name="exception",
        SpanId="b" * 16,
        attributes={"exception.type": "KeyError", "exception.message": "coupon"},
    )
    world.backend_log(
        "", world.trace, name="exception", SpanId="b" * 16, attributes={"exception.type": "OSError"}
    )
    world.worker.run_once()
    assert world.counts(world.id, "backend_errors") == {"backend_errors": 2}
    events = world.json(f"sessions/{world.id}/events?kind=backend_error")["events"]
    assert sorted(event["title"] for event in events) == ["KeyError: coupon", "OSError"]


def test_backend_exceptions_that_name_the_session_without_a_trace_count(world: World) -> None:
    world.log(
        world.id,
        "exception",
        scope="app",
        resource={"service.name": "jobs"},
        attributes={"exception.type": "ValueError"},
    )
    world.worker.run_once()
    assert world.counts(world.id, "errors", "backend_errors") == {"errors": 0, "backend_errors": 1}


def test_backend_records_do_not_stretch_a_session(world: World) -> None:
    world.click(world.id, 1_000)
    world.click(world.id, 3_000)
    for offset_ms in (-60_000, 60_000):
        world.log(
            world.id, "", offset_ms, scope="app", resource={"service.name": "api"}, Body="hello"
        )
    world.worker.run_once()
    session = world.session(world.id)
    assert (session["start_ms"], session["duration_ms"]) == (world.zero_ms + 1_000, 2_000)


def test_a_session_of_backend_spans_only_is_there(world: World) -> None:
    world.span(world.trace, "b" * 16, 500, session_id=world.id)
    world.worker.run_once()
    session = world.session(world.id)
    assert session["start_ms"] == world.zero_ms + 500
    assert session["counts"]["traces"] == 1
    assert session["has_replay"] is False


GAPS = [([0, 1, 2], 0), ([0, 2, 3], 1), ([1, 2], 1), ([0, 3, 4, 7], 2), ([2, 5], 2)]


@pytest.fixture(scope="module")
def gaps_told(settled: Told) -> list[World]:
    def tell(world: World, seqs: list[int]) -> None:
        world.chunks([world.chunk_row(world.id, seq) for seq in seqs])

    return settled([partial(tell, seqs=seqs) for seqs, _ in GAPS])


@pytest.mark.parametrize(("seqs", "gaps"), GAPS, ids=str)
def test_gaps_are_holes_in_the_sequence(gaps_told: list[World], seqs: list[int], gaps: int) -> None:
    world = gaps_told[GAPS.index((seqs, gaps))]
    assert world.session(world.id)["gaps"] == gaps


def test_activity_is_what_happened_in_equal_stretches(world: World) -> None:
    # A chunk of 4 s with 10 events, then a click at 10 s: ten stretches of a second.
    world.chunk(world.id, 0)
    world.click(world.id, 10_000)
    world.worker.run_once()
    session = world.session(world.id)
    assert len(session["activity"]) == 10
    assert session["activity"][4:] == [0, 0, 0, 0, 0, 1]
    assert sum(session["activity"][:4]) in range(8, 13)


def test_activity_has_at_most_48_stretches(world: World) -> None:
    world.click(world.id, 0)
    world.click(world.id, 3_600_000)
    world.worker.run_once()
    activity = world.session(world.id)["activity"]
    assert (len(activity), activity[0], activity[-1], sum(activity)) == (48, 1, 1, 2)


ACTIVE = [
    ([0], 0),
    ([0, 3_000, 8_000], 8_000),
    ([0, 3_000, 8_001], 3_000),
    ([0, 1_000, 60_000, 62_000], 3_000),
]


@pytest.fixture(scope="module")
def active_told(settled: Told) -> list[World]:
    def tell(world: World, clicks: list[int]) -> None:
        for offset_ms in clicks:
            world.click(world.id, offset_ms)

    return settled([partial(tell, clicks=clicks) for clicks, _ in ACTIVE])


@pytest.mark.parametrize(("clicks", "active_ms"), ACTIVE, ids=str)
def test_active_time_bridges_five_seconds(
    active_told: list[World], clicks: list[int], active_ms: int
) -> None:
    world = active_told[ACTIVE.index((clicks, active_ms))]
    assert world.session(world.id)["active_ms"] == active_ms


def test_active_time_of_tabs_side_by_side_is_their_union(world: World) -> None:
    world.chunks(
        [
            world.chunk_row(world.id, 0, tab="a", start_ms=0),
            world.chunk_row(world.id, 0, tab="b", start_ms=1_000),
            world.chunk_row(world.id, 1, tab="b", start_ms=20_000),
        ]
    )
    world.worker.run_once()
    assert world.session(world.id)["active_ms"] == 5_000 + 4_000


def test_the_user_is_the_last_one_known(world: World) -> None:
    for offset_ms, user in ((0, "first"), (1_000, "second"), (2_000, "")):
        attributes = {"user.id": user} if user else {}
        world.log(world.id, "browser.user_action.click", offset_ms, attributes=attributes)
    world.worker.run_once()
    assert world.session(world.id)["user"]["id"] == "second"


def test_the_previous_session_is_known(world: World) -> None:
    world.log(world.id, "session.start", attributes={"session.previous_id": "before"})
    world.worker.run_once()
    assert world.session(world.id)["previous_id"] == "before"


def _visit(world: World) -> None:
    """Two pages in two tabs: a click, a console error, an exception, and three requests."""
    with together(world):
        _visit_in_steps(world)


def _visit_in_steps(world: World) -> None:
    world.navigation(world.id, "http://shop/", 0)
    world.navigation(world.id, "http://shop/cart", 2_000, tab="t2")
    world.click(world.id, 2_500)
    world.log(world.id, "browser.console", 2_600, Body="oh no", SeverityNumber=17)
    world.log(world.id, "browser.console", 2_700, Body="ah", SeverityNumber=9)
    world.log(
        world.id,
        "exception",
        3_000,
        SeverityNumber=17,
        attributes={
            "exception.type": "TypeError",
            "exception.message": "x is undefined",
            "user.id": "u-1",
            "user.full_name": "Ada",
            "user.email": "ada@example.com",
        },
    )
    for seq, tab in ((0, "t1"), (1, "t1"), (2, "t1"), (0, "t2")):
        world.chunk(world.id, seq, tab=tab, start_ms=5_000 * seq + (5_000 if seq == 2 else 0))
    for index, status in enumerate((200, 500, None)):
        world.request(world.id, f"{index}{world.trace[1:]}", f"{index}" * 16, 4_000, status=status)
    world.span(f"1{world.trace[1:]}", "b" * 16, 4_001, exceptions=[("KeyError", "coupon")])


def _send_browser_span(world: World) -> None:
    world.request(world.id, world.trace, "a" * 16, 1_000, status=500)


def _send_backend_span(world: World) -> None:
    world.span(world.trace, "b" * 16, 1_001, parent="a" * 16, exceptions=[("KeyError", "coupon")])

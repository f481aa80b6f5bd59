"""The plain views for people who write SQL: each thing once, and found by its session."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.sessions import World, new_id

VIEWS = ["session_spans", "exceptions", "page_views", "clicks", "requests", "web_vitals"]


def rows(world: World, select: str) -> list[dict[str, Any]]:
    where = f"WHERE SessionId = '{world.id}'"
    return world.database.query(select.replace("{mine}", where))


def twice(world: World, name: str, **more: Any) -> None:
    """The same record, delivered twice."""
    world.log(world.id, name, **more)
    world.log(world.id, name, **more)


@pytest.mark.parametrize("view", VIEWS)
def test_a_filter_on_the_session_reaches_every_key(world: World, view: str) -> None:
    world.navigation(world.id, "http://shop/")
    world.request(world.id, world.trace, "01")
    world.span(world.trace, "02", exceptions=[("E", "e")])
    plan = world.database.query(f"EXPLAIN indexes = 1 SELECT * FROM {view} WHERE SessionId = 'x'")
    text = "\n".join(row["explain"] for row in plan)
    reads = re.findall(
        r"ReadFromMergeTree \(\w+\.(\w+)\)(.*?)(?=ReadFrom|\Z)", text, flags=re.DOTALL
    )
    assert reads
    for table, read in reads:
        # What is joined by its trace is looked up by the traces found.
        by_trace = table in ("otel_traces", "trace_exceptions")
        assert ("TraceId = TraceId" in text) if by_trace else ("SessionId in" in read), text


def test_page_views_have_host_path_and_release(world: World) -> None:
    attributes = {
        "url.full": "http://shop.example/basket?coupon=1",
        "browser.document.title": "Basket",
        "browser.navigation.type": "push",
        "session.replay.tab": "t1",
    }
    twice(world, "browser.navigation", attributes=attributes)
    assert rows(
        world, "SELECT Host, Path, Title, NavigationType, Tab, Release FROM page_views {mine}"
    ) == [
        {
            "Host": "shop.example",
            "Path": "/basket",
            "Title": "Basket",
            "NavigationType": "push",
            "Tab": "t1",
            "Release": "1.2.0",
        }
    ]


def test_clicks_are_told_from_rage_and_dead_clicks(world: World) -> None:
    attributes = {"browser.css_selector": "#buy", "browser.page.x": "10", "browser.page.y": "2.5"}
    for kind in ("click", "rage_click", "dead_click"):
        twice(world, f"browser.user_action.{kind}", attributes=attributes)
    found = rows(world, "SELECT Kind, Selector, X, Y FROM clicks {mine} ORDER BY Kind")
    assert [row["Kind"] for row in found] == ["click", "dead_click", "rage_click"]
    assert found[0] == {"Kind": "click", "Selector": "#buy", "X": 10.0, "Y": 2.5}


def test_requests_tell_whether_they_failed(world: World) -> None:
    world.request(world.id, world.trace, "01", status=200, duration_ms=12.5)
    world.request(world.id, world.trace, "02", status=404)
    world.request(world.id, world.trace, "03", status=None)
    found = rows(
        world, "SELECT SpanId, Method, Path, Status, Failed FROM requests {mine} ORDER BY SpanId"
    )
    assert [(row["Status"], row["Failed"]) for row in found] == [
        (200, False),
        (404, True),
        (0, True),
    ]
    assert (found[0]["Method"], found[0]["Path"]) == ("POST", "/api/checkout")
    assert rows(world, "SELECT DurationMs FROM requests {mine} AND SpanId = '01'") == [
        {"DurationMs": 12.5}
    ]


def test_of_a_web_vital_that_got_worse_the_last_report_counts(world: World) -> None:
    for offset_ms, value, rating in ((0, "120", "good"), (50, "340", "needs-improvement")):
        attributes = {
            "browser.web_vital.name": "INP",
            "browser.web_vital.value": value,
            "browser.web_vital.id": "v1",
            "browser.web_vital.rating": rating,
            "url.full": "http://shop/basket",
        }
        world.log(world.id, "browser.web_vital", offset_ms, attributes=attributes)
    assert rows(world, "SELECT Name, Value, Rating, Path FROM web_vitals {mine}") == [
        {"Name": "INP", "Value": 340.0, "Rating": "needs-improvement", "Path": "/basket"}
    ]


def test_an_exception_that_was_reported_both_ways_is_there_once(world: World) -> None:
    world.request(world.id, world.trace, "01")
    told = {
        "exception.type": "ValueError",
        "exception.message": "no stock",
        "exception.stacktrace": "at f",
    }
    world.span(world.trace, "02", exceptions=[("ValueError", "no stock")])
    world.backend_log("", world.trace, name="exception", SpanId="02", attributes=told)
    seen = {"exception.type": "TypeError", "exception.message": "x is undefined"}
    twice(world, "exception", attributes=seen)
    found = rows(world, "SELECT Source, ServiceName, Type, Message FROM exceptions {mine}")
    assert sorted((row["Source"], row["Type"], row["Message"]) for row in found) == [
        ("backend", "ValueError", "no stock"),
        ("browser", "TypeError", "x is undefined"),
    ]


@pytest.mark.parametrize("span_first", [True, False])
def test_of_two_reports_of_a_browsers_exception_that_which_tells_more_is_there(
    world: World, span_first: bool
) -> None:
    told = {
        "exception.type": "TypeError",
        "exception.message": "x is undefined",
        "exception.stacktrace": "at pay",
        "url.full": "http://shop/basket",
        "session.replay.tab": "t1",
    }

    def of_the_span() -> None:
        error = [("TypeError", "x is undefined")]
        world.request(world.id, world.trace, "01", exceptions=error)

    def as_a_log() -> None:
        world.log(world.id, "exception", 3, TraceId=world.trace, SpanId="01", attributes=told)

    for report in (of_the_span, as_a_log) if span_first else (as_a_log, of_the_span):
        report()
    found = rows(world, "SELECT Source, Type, Stacktrace, Path, Tab FROM exceptions {mine}")
    assert [tuple(row.values()) for row in found] == [
        ("browser", "TypeError", "at pay", "/basket", "t1")
    ]


def test_errors_of_one_title_are_one_only_where_their_trace_says_so(world: World) -> None:
    seen = {"exception.type": "TypeError", "exception.message": "x is undefined"}
    for offset_ms in (0, 1):
        twice(world, "exception", offset_ms=offset_ms, attributes={**seen, "n": str(offset_ms)})
        world.log(world.id, "exception", offset_ms, TraceId=new_id(), attributes=seen)
    assert rows(world, "SELECT count() AS n FROM exceptions {mine}") == [{"n": 4}]


def test_exceptions_of_a_day_are_found_without_reading_those_of_others(
    alone: World,
) -> None:
    """Once they were grouped over all time before the filter, for which a million sessions took
    seconds."""
    for day in range(3):
        seen = {"exception.type": f"E{day}"}
        alone.log(new_id(), "exception", -day * 86_400_000, attributes=seen)
    alone.database.command("OPTIMIZE TABLE session_errors FINAL")
    since = f"Timestamp >= fromUnixTimestamp64Milli({alone.zero_ms - 3_600_000})"
    (found,) = alone.database.query(f"SELECT Type, SessionId != '' FROM exceptions WHERE {since}")
    assert found["Type"] == "E0"
    plan = alone.database.query(f"EXPLAIN indexes = 1 SELECT Type FROM exceptions WHERE {since}")
    text = "\n".join(row["explain"] for row in plan)
    (key,) = re.findall(r"\.session_errors\).*?PrimaryKey\n(.*?)Granules", text, flags=re.DOTALL)
    assert "toDate(Timestamp)" in key


def test_an_exception_of_a_trace_without_a_session_is_there_too(world: World) -> None:
    trace = new_id()
    world.span(trace, "01", exceptions=[("KeyError", "k")])
    assert world.database.query(
        "SELECT SessionId, Type FROM exceptions WHERE TraceId = {trace:String}", {"trace": trace}
    ) == [{"SessionId": "", "Type": "KeyError"}]


def test_spans_of_a_session_are_those_of_all_services_in_its_traces(world: World) -> None:
    world.request(world.id, world.trace, "01")
    world.span(world.trace, "02", parent="01")
    world.span(new_id(), "03")
    found = rows(world, "SELECT SpanId, ServiceName FROM session_spans {mine} ORDER BY SpanId")
    assert found == [
        {"SpanId": "01", "ServiceName": "shop-web"},
        {"SpanId": "02", "ServiceName": "checkout"},
    ]

"""Recorded pages are hostile: nothing of them may run, in the replay or around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Open
from tests.ui.rich import rich
from tests.ui.worlds import SHOP_ID, Json, World, walk

pytestmark = pytest.mark.e2e

MARKUP = "<img src=x onerror=\"window.top.pwned='text'\"><script>window.top.pwned='tag'</script>"


def element(ident: int, tag: str, attributes: Json, *children: Json) -> Json:
    """A node of a snapshot."""
    return {"type": 2, "id": ident, "tagName": tag, "attributes": attributes,
            "childNodes": list(children)}  # fmt: skip


def text(ident: int, content: str, **more: Any) -> Json:
    """A text node of a snapshot."""
    return {"type": 3, "id": ident, "textContent": content} | more


ATTACKS = [
    element(900, "script", {}, text(901, "window.top.pwned = 'script'")),
    element(902, "img", {"src": "x", "onerror": "window.top.pwned = 'onerror'"}),
    element(903, "svg", {"onload": "window.top.pwned = 'svg'"}),
    element(904, "iframe", {"srcdoc": "<script>window.top.pwned='srcdoc'</script>"}),
    element(905, "iframe", {"src": "javascript:window.top.pwned='frame'"}),
    element(906, "a", {"id": "trap", "href": "javascript:window.top.pwned='href'"},
            text(907, "click me")),
    element(908, "meta", {"http-equiv": "refresh",
                          "content": "0;url=javascript:window.top.pwned=1"}),
    element(909, "object", {"data": "data:text/html,<script>window.top.pwned='object'</script>"}),
    element(910, "form", {"action": "/leak", "id": "form"},
            element(911, "input", {"name": "secret", "value": "1", "autofocus": "",
                                   "onfocus": "window.top.pwned = 'focus'"})),
    element(912, "base", {"href": "https://evil.example/"}),
]  # fmt: skip


def poison(world: World) -> None:
    """Put attacks into the first snapshot, and markup wherever a text is shown."""
    session = world.sessions[0]
    first = next(iter(session.tabs.values()))[0]
    snapshot = next(event for event in first.events if event["type"] == 2)
    html = next(node for node in snapshot["data"]["node"]["childNodes"] if node["type"] == 2)
    body = next(node for node in html["childNodes"] if node.get("tagName") == "body")
    body["childNodes"].extend(json.loads(json.dumps(ATTACKS)))
    session.row["user"] = {"id": MARKUP, "name": MARKUP, "email": MARKUP}
    session.row["first_url"] = "javascript:window.pwned='url'"
    for row in session.events:
        row |= {"title": MARKUP, "service": MARKUP}
        row["attributes"] = dict.fromkeys(row["attributes"], MARKUP) | {MARKUP: MARKUP}
        if row["name"] == "browser.state":
            row["attributes"]["browser.state.changes"] = json.dumps({MARKUP: MARKUP, "a": None})
    for trace in session.traces.values():
        for span in walk(trace["spans"]):
            _poison_span(span)
        for log in trace["logs"]:
            log |= {"body": MARKUP, "service": MARKUP, "severity": MARKUP}


def _poison_span(span: Json) -> None:
    span |= {"name": MARKUP, "service": MARKUP, "status_message": MARKUP, "kind": MARKUP}
    span["attributes"] = span["resource"] = {MARKUP: MARKUP, "url.full": MARKUP}
    event = {"t_ms": span["start_ms"], "name": MARKUP, "attributes": {MARKUP: MARKUP}}
    thrown = {"exception.type": MARKUP, "exception.stacktrace": f"{MARKUP}\nCaused by: {MARKUP}"}
    span["events"] = [event, event | {"name": "exception", "attributes": thrown}]
    span["links"] = [{"trace_id": MARKUP, "span_id": MARKUP, "attributes": {MARKUP: MARKUP}}]


@pytest.fixture
def world() -> World:
    """The shop's visit with all that panels can show; a test poisons it."""
    return World([rich()])


def assert_unharmed(page: Page) -> None:
    assert page.evaluate("window.pwned") is None


def test_a_hostile_snapshot_shows_but_does_not_run(visit: Open, world: World) -> None:
    poison(world)
    page = visit(f"/sessions/{SHOP_ID}?t=300")
    frame = page.locator("[data-testid=replay-frame] iframe")
    assert frame.get_attribute("sandbox") == "allow-same-origin"
    inner = page.frame_locator("[data-testid=replay-frame] iframe")
    expect(inner.get_by_text("click me")).to_be_attached()
    page.evaluate("window.__player.document().getElementById('trap').click()")
    page.evaluate("window.__player.document().getElementById('form').submit()")
    page.evaluate("window.__player.seek(600)")
    assert_unharmed(page)
    assert "/leak" not in [request.url for request in page.context.pages[0].frames]


ROWS = {
    "events": "event-row", "network": "request-row", "console": "console-row",
    "errors": "error-row", "state": "state-row", "logs": "session-log-row", "traces": None,
    "info": None,
}  # fmt: skip
"""The panels, and the rows to click where they have details."""


@pytest.mark.parametrize("panel", ROWS)
def test_markup_in_what_was_recorded_stays_text(visit: Open, world: World, panel: str) -> None:
    poison(world)
    page = visit(f"/sessions/{SHOP_ID}?panel={panel}")
    expect(page.get_by_test_id(f"panel-{panel}")).to_contain_text("onerror")
    row = ROWS[panel]
    if row:
        page.get_by_test_id(row).last.click()
        expect(page.locator("[data-testid=detail]:visible")).to_contain_text("onerror")
    assert page.locator("a[href^='javascript:']").count() == 0
    page.get_by_test_id("timeline").hover()
    assert page.locator("#app img").count() == 0
    assert_unharmed(page)


def test_markup_in_spans_under_way_stays_text(visit: Open, world: World) -> None:
    poison(world)
    moment = next(iter(world.sessions[0].traces.values()))["sessions"][0]["offset_ms"]
    page = visit(f"/sessions/{SHOP_ID}?panel=traces&t={moment + 1:.0f}")
    page.get_by_role("button", name="Follow the playhead").click()
    expect(page.get_by_test_id("under-way")).to_contain_text("onerror")
    assert page.locator("#app img").count() == 0
    assert_unharmed(page)


def test_markup_in_a_trace_stays_text(visit: Open, world: World) -> None:
    poison(world)
    trace_id = next(iter(world.sessions[0].traces))
    page = visit(f"/traces/{trace_id}")
    expect(page.get_by_test_id("waterfall")).to_contain_text("onerror")
    page.get_by_test_id("waterfall-span").first.click()
    expect(page.get_by_test_id("span-detail")).to_contain_text("onerror")
    assert page.locator("#app img").count() == 0
    assert_unharmed(page)


def test_the_list_shows_markup_as_text_and_links_nowhere_else(visit: Open, world: World) -> None:
    poison(world)
    page = visit("/sessions")
    expect(page.get_by_test_id("session-row")).to_contain_text("onerror")
    assert page.locator("a[href^='javascript:']").count() == 0
    assert_unharmed(page)


BROKEN: list[Json] = [
    {"type": 3, "data": None},
    {"type": 3, "data": {}},
    {"type": 99, "data": {"source": 0}},
    {"type": "3", "data": {"source": 0}},
    {"type": 3, "data": {"source": 0}},
    {"type": 3, "data": {"source": 0, "adds": [None], "removes": 7, "texts": {}}},
    {"type": 3, "data": {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [
        {"parentId": 1, "nextId": None, "node": {"type": 2, "id": 950, "tagName": "1 <x",
                                                 "attributes": {"<": "1"}, "childNodes": []}}]}},
    {"type": 3, "data": {"source": 1, "positions": [None, {"x": "a"}]}},
    {"type": 3, "data": {"source": 2, "type": "x", "id": -5}},
    {"type": 3, "data": {"source": 8, "id": 1, "adds": [{"rule": "}{", "index": [1, "x"]}]}},
]  # fmt: skip


@pytest.mark.parametrize("event", BROKEN, ids=lambda event: json.dumps(event)[:60])
def test_an_event_that_makes_no_sense_does_not_stop_the_replay(
    visit: Open, world: World, event: Json
) -> None:
    part = next(iter(world.sessions[0].tabs.values()))[0]
    middle = len(part.events) // 2
    part.events.insert(middle, event | {"timestamp": part.events[middle]["timestamp"]})
    page = visit(f"/sessions/{SHOP_ID}")
    page.evaluate("window.__player.seek(3000)")
    expect(page.get_by_test_id("player")).to_have_attribute("data-phase", "ready")
    inner = page.frame_locator("[data-testid=replay-frame] iframe")
    expect(inner.locator("body")).not_to_be_empty()

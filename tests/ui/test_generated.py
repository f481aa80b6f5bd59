"""Sessions that are long, wide or full of holes: generated, so that every picture is known."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.synthetic import CLOCK, Synthetic, said_at
from tests.ui.conftest import Open
from tests.ui.worlds import Part, Session, World, count_up, event_row, session_row

pytestmark = pytest.mark.e2e

ZERO_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
IDENT = "9e0e" + "0" * 28
PATH = f"/sessions/{IDENT}"
SAID = "(selector) => window.__player.document().querySelector(selector).textContent"


def _session(tabs: dict[str, Synthetic], length_ms: float) -> Session:
    session = Session(row=session_row(IDENT, ZERO_MS, ZERO_MS + length_ms))
    for name, tab in tabs.items():
        session.tabs[name] = [Part(seq, events) for seq, events in enumerate(tab.chunks())]
    return session


def _seek(page: Page, offset_ms: float) -> str:
    page.evaluate("(t) => window.__player.seek(t)", offset_ms)
    said: str = page.evaluate(SAID, CLOCK)
    return said


@pytest.fixture(scope="module")
def four_hours() -> tuple[Session, list[float]]:
    """A tab of 4 hours with 200,000 events, and moments at which its picture changed."""
    tab = Synthetic(ZERO_MS, 4 * HOUR_MS, 200_000, chunk_ms=15_000)
    return _session({"a": tab}, 4 * HOUR_MS), tab.moments(8)


def test_any_moment_of_four_hours_is_one_request_away(
    visit: Open, world: World, four_hours: tuple[Session, list[float]]
) -> None:
    session, moments = four_hours
    count_up(session)
    assert session.row["counts"]["events"] > 199_000
    world.sessions = [session]
    page = visit(f"{PATH}?t=0")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for moment in moments:
        requests.clear()
        assert _seek(page, moment) == said_at(moment)
        replays = [url for url in requests if "/replay" in url]
        assert len(replays) <= 2
        for url in replays:
            first, last = map(int, re.findall(r"_seq=(\d+)", url))
            # No more than from the checkpoint to the moment, never the whole.
            parts = session.tabs["a"][first + 1 : last + 1]
            assert not any(part.checkpoint for part in parts)


def test_a_session_of_fifty_tabs_follows_the_user_through_all(visit: Open, world: World) -> None:
    minute_ms = 60_000
    tabs = {
        f"tab{number:02}": Synthetic(
            ZERO_MS + number * minute_ms, minute_ms, 400, title=f"page-{number}"
        )
        for number in range(50)
    }
    world.sessions = [_session(tabs, 50 * minute_ms)]
    page = visit(f"{PATH}?t=0")
    expect(page.locator(".tab-chips .chip")).to_have_count(50)
    for number in (49, 0, 25, 26):
        _seek(page, number * minute_ms + 30_000)
        expect(page.locator(".address-url")).to_have_text(f"https://rows.example/page-{number}")
        shown = page.locator(".tab-chips .chip.showing")
        expect(shown).to_have_attribute("data-tab", f"tab{number:02}")
        expect(shown).to_be_in_viewport()
    page.locator(".tab-chips .chip").nth(3).click()
    expect(page.locator(".address-url")).to_have_text("https://rows.example/page-3")
    expect(page.locator("[data-testid=replay-frame] iframe")).to_have_count(1)


def test_holes_are_named_and_the_next_checkpoint_is_whole(visit: Open, world: World) -> None:
    minute_ms = 60_000
    tab = Synthetic(ZERO_MS, 10 * minute_ms, 8_000, checkpoint_ms=minute_ms)
    session = _session({"a": tab}, 10 * minute_ms)
    parts = session.tabs["a"]
    checkpoints = [part.seq for part in parts if part.checkpoint]
    lost = {
        checkpoints[2] + 1,
        checkpoints[2] + 2,
        checkpoints[5],
        *range(checkpoints[7] + 3, checkpoints[8]),
    }
    session.tabs["a"] = [part for part in parts if part.seq not in lost]
    world.sessions = [session]
    page = visit(f"{PATH}?t=0")
    step_ms = tab.length_ms / tab.events
    for number, checkpoint in enumerate(checkpoints):
        if checkpoint in lost:
            continue
        # The first change after the checkpoint.
        offset_ms = parts[checkpoint].start - ZERO_MS + 3_000
        change = int(offset_ms / step_ms / 8) * 8 * step_ms
        assert _seek(page, offset_ms) == said_at(change), number
    notice = page.get_by_test_id("damage-notice")
    expect(notice).to_contain_text(f"Parts {checkpoints[2] + 1} to {checkpoints[2] + 2} (")
    expect(notice).to_contain_text("never arrived")


def test_thousands_of_marks_stay_within_reach(visit: Open, world: World) -> None:
    tab = Synthetic(ZERO_MS, HOUR_MS, 4_000)
    session = _session({"a": tab}, HOUR_MS)
    session.events = [
        event_row(session, f"e{at}", ZERO_MS + at * 100, "click", title=f"button {at}", tab="a")
        for at in range(30_000)
    ]
    session.events.insert(
        15_000, event_row(session, "bad", ZERO_MS + 1_500_050, "error", title="Error: the only one")
    )
    world.sessions = [session]
    page = visit(f"{PATH}?t=1500000")
    listed = page.get_by_test_id("marker-list")
    expect(listed.locator("li")).to_have_count(2001)
    expect(listed).to_contain_text("Error: the only one")
    expect(listed).to_contain_text("and 28,001 more marks")
    page.get_by_role("slider", name="Playhead").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    link = page.get_by_test_id("mark-link")
    expect(link).to_have_attribute("aria-label", re.compile("button 29999, 30000 of 30000"))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", "2999800")

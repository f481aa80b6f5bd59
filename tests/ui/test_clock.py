"""Visits recorded by a clock that was wrong: the page says so, and everything is in its place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Open
from tests.ui.test_replay import SESSION, moments, seek, words
from tests.ui.worlds import Json, Session, World, event_row, set_clock

pytestmark = pytest.mark.e2e

NOTE = "[data-testid=clock-note]"
AHEAD_MS = 422_000


def _markers(page: Page, kind: str) -> list[float]:
    markers = page.locator(f"[data-testid=marker-list] li[data-kind={kind}]")
    return [float(each.get_attribute("data-offset-ms") or "nan") for each in markers.all()]


def _failed_request(session: Session) -> Json:
    return next(row for row in session.events if (row["status"] or 0) >= 500)


@pytest.mark.parametrize("ahead_ms", [AHEAD_MS, -AHEAD_MS])
def test_the_page_says_that_the_clock_was_wrong_and_shows_all_in_its_place(
    visit: Open, world: World, ahead_ms: float
) -> None:
    session = world.sessions[0]
    set_clock(session, ahead_ms)
    page = visit(SESSION)
    side = "ahead" if ahead_ms > 0 else "behind"
    expect(page.locator(NOTE)).to_have_text(
        f"The browser's clock was 7 min 2 s {side}. All times here are corrected."
    )

    request = _failed_request(session)
    end_ms = request["offset_ms"] + request["duration_ms"]
    (failed_at_ms,) = _markers(page, "backend_error")
    assert request["offset_ms"] < failed_at_ms < end_ms
    t, probe = moments()[-1]
    assert words(seek(page, t)["text"]) == words(probe["text"])

    page.get_by_role("tab", name="Info").click()
    expect(page.get_by_test_id("panel-info")).to_contain_text(f"7 min 2 s {side} of the server's")


def test_nothing_is_said_of_a_clock_that_was_right(visit: Open) -> None:
    page = visit(SESSION)
    expect(page.locator(NOTE)).to_be_hidden()


def test_a_clock_that_becomes_known_moves_what_is_shown(visit: Open, world: World) -> None:
    session = world.sessions[0]
    session.row["state"] = "live"
    # More than the half minute back that is looked at again for what comes late.
    session.events.append(event_row(session, "last", session.start_ms + 120_000, "vital"))
    page = visit(f"{SESSION}?t=0")
    expect(page.locator("[data-testid=marker-list] li[data-kind=click]").first).to_be_attached()
    before = _markers(page, "click")

    set_clock(session, -60_000)
    for row in session.events:
        row["t_ms"] += 500
        row["offset_ms"] += 500
    session.version += 1
    expect(page.locator(NOTE)).to_contain_text("1 min behind")
    moved = f"li[data-kind=click][data-offset-ms='{before[0] + 500:g}']"
    expect(page.locator(moved)).to_be_attached()
    assert _markers(page, "click") == [offset + 500 for offset in before]


def test_the_page_of_a_trace_says_it_too(visit: Open, world: World) -> None:
    session = world.sessions[0]
    set_clock(session, AHEAD_MS)
    page = visit(f"/traces/{_failed_request(session)['trace_id']}")
    expect(page.locator(NOTE)).to_contain_text("browser's clock 7 min 2 s ahead, corrected")

"""The list of sessions, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Open
from tests.ui.worlds import SHOP_ID, Session, World, session_row

pytestmark = pytest.mark.e2e

ROW = "[data-testid=session-row]"


def other(number: int, **changes: object) -> Session:
    start = 1_780_000_000_000 - number % 1000 * 60_000
    row = session_row(f"{number:032x}", start, start + 60_000)
    return Session(row | {"user": {"id": "", "name": "", "email": ""}} | changes)


def test_a_row_says_who_and_how_it_went(visit: Open) -> None:
    row = visit("/sessions").locator(ROW)
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-session-id", SHOP_ID)
    expect(row).to_contain_text("Ada Lovelace")
    expect(row.locator(".error-count")).to_have_attribute("data-count", "2")
    expect(row).to_have_attribute("href", f"/sessions/{SHOP_ID}")


def test_visits_of_nobody_are_told_apart(visit: Open, world: World) -> None:
    world.sessions.append(other(0xABCDEF << 104))
    row = visit("/sessions").locator(ROW).nth(1)
    expect(row).to_contain_text("Anonymous")
    expect(row).to_contain_text("abcdef00")


def test_more_comes_while_scrolling(visit: Open, world: World) -> None:
    world.sessions.extend(other(number) for number in range(1, 120))
    page = visit("/sessions")
    expect(page.locator(ROW)).to_have_count(50)
    page.locator(ROW).last.scroll_into_view_if_needed()
    expect(page.locator(ROW)).to_have_count(100)
    page.locator(ROW).last.scroll_into_view_if_needed()
    expect(page.locator(ROW)).to_have_count(120)


def test_a_search_is_kept_in_the_address(visit: Open, world: World) -> None:
    world.sessions.append(other(1))
    page = visit("/sessions")
    page.get_by_role("searchbox").fill("user:ada")
    expect(page.locator(ROW)).to_have_count(1)
    page.get_by_role("button", name="With errors").click()
    expect(page.locator(ROW)).to_have_count(1)
    expect(page).to_have_url(re.compile("q=user%3Aada"))
    expect(page).to_have_url(re.compile("errors=1"))
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("user:ada")
    expect(page.locator(ROW)).to_have_count(1)


def test_a_search_without_a_match_says_so(visit: Open) -> None:
    expect(visit("/sessions?q=user:nobody").get_by_text("No session matches")).to_be_visible()


def test_an_empty_list_tells_how_to_begin(visit: Open, world: World, address: str) -> None:
    world.sessions.clear()
    page = visit("/sessions")
    expect(page.get_by_test_id("empty-state")).to_contain_text(f"{address}/sdk/otel.js")


def test_a_new_session_appears_by_itself_on_top(visit: Open, world: World) -> None:
    page = visit("/sessions")
    expect(page.locator(ROW)).to_have_count(1)
    world.sessions.insert(0, other(5, state="live"))
    expect(page.locator(ROW).first).to_have_attribute("data-state", "live")
    expect(page.locator(ROW).first.get_by_test_id("live-badge")).to_be_visible()


def test_the_theme_is_remembered(visit: Open, page: Page) -> None:
    visit("/sessions")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Use the dark theme").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != before
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark

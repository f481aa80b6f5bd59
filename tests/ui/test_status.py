"""The status page, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Open
from tests.ui.worlds import STATUS_NOW_MS, World, busy_status, nothing_status

pytestmark = pytest.mark.e2e


def look_again(page: Page) -> None:
    """As when the tab comes back into sight: the page asks at once."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_what_comes_in_is_told_by_signal(visit: Open) -> None:
    page = visit("/status")
    traces = page.get_by_test_id("signal-traces")
    expect(traces).to_contain_text("just now")
    expect(traces).to_contain_text("spans a minute")
    expect(traces).to_contain_text("3,744,000 spans, 973.4 MB")
    expect(traces.locator(".signal-bars rect")).to_have_count(60)
    expect(page.get_by_test_id("health")).to_have_text("All parts are well")


def test_a_refusal_comes_with_what_helps(visit: Open) -> None:
    row = visit("/status").locator("[data-reason=rate_limit]")
    expect(row).to_contain_text("Rate limit")
    expect(row).to_contain_text("214 requests · 1 min ago · web shop")
    expect(row).to_contain_text("A key sends more than its limits per second.")
    expect(row).to_contain_text("senders try again")


def test_storage_and_what_waits(visit: Open, world: World) -> None:
    world.status["receiver"]["spool_bytes"] = 400_000_000
    page = visit("/status")
    expect(page.get_by_role("row", name="otel_traces")).to_contain_text("81,400,211")
    expect(page.get_by_role("row", name="otel_traces")).to_contain_text("9.1 GB")
    expect(page.get_by_test_id("retention")).to_contain_text("recordings for 60 days")
    expect(page.get_by_test_id("s3-cost")).to_contain_text("7,104 PUT")
    expect(page.get_by_test_id("s3-cost")).to_contain_text("$25.93")
    expect(page.get_by_test_id("meter-spool")).to_contain_text("400 MB of 1.1 GB")
    expect(page.get_by_test_id("meter-spool")).to_have_class("meter warns")
    expect(page.get_by_role("meter", name="Memory")).to_have_attribute("aria-valuenow", "14")


def test_the_page_keeps_itself_up_to_date(visit: Open, world: World) -> None:
    page = visit("/status")
    expect(page.get_by_test_id("signal-metrics")).to_have_class("signal-card fresh")
    world.status["signals"][2]["last_ms"] = STATUS_NOW_MS - 3_600_000
    world.status["problems"] = ["the session worker has stopped"]
    expect(page.get_by_test_id("health")).to_have_text("1 problem")
    expect(page.get_by_text("the session worker has stopped")).to_be_visible()
    expect(page.get_by_test_id("signal-metrics")).to_contain_text("1 h ago")
    expect(page.get_by_test_id("signal-metrics")).to_have_class("signal-card stale")


def test_a_table_that_is_scrolled_by_keyboard_keeps_the_focus(visit: Open, world: World) -> None:
    page = visit("/status")
    page.get_by_role("region", name="What is stored").focus()
    world.status["tables"][0]["name"] = "otel_others"
    look_again(page)
    expect(page.get_by_role("row", name="otel_others")).to_be_visible()
    expect(page.get_by_role("region", name="What is stored")).to_be_focused()


def test_what_somebody_selects_stays_as_it_is(visit: Open, world: World) -> None:
    page = visit("/status")
    row = page.locator("[data-reason=rate_limit] .refusal-help")
    row.select_text()
    world.status["refusals"] = []
    world.status["problems"] = ["something"]
    look_again(page)
    expect(page.get_by_test_id("health")).to_have_text("1 problem")
    expect(row).to_be_visible()
    page.evaluate("getSelection().removeAllRanges()")
    look_again(page)
    expect(page.get_by_text("Nothing was refused.")).to_be_visible()


def test_nothing_yet_says_how_to_begin(visit: Open, world: World) -> None:
    world.status = nothing_status()
    page = visit("/status")
    empty = page.get_by_test_id("empty-state")
    expect(empty).to_contain_text("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318")
    expect(empty).to_contain_text("/sdk/otel.js")
    expect(empty).to_contain_text("otel-replay doctor")
    world.status = busy_status()
    look_again(page)
    expect(page.get_by_test_id("signal-logs")).to_be_visible()


def test_storage_that_is_away_leaves_the_rest(visit: Open, world: World) -> None:
    gone = dict.fromkeys(("signals", "keys", "refusals", "tables", "recordings", "retention"))
    world.status |= gone | {"problems": ["storage: ClickHouse is away"]}
    page = visit("/status")
    expect(page.get_by_text("storage: ClickHouse is away")).to_be_visible()
    expect(page.get_by_role("list", name="Parts")).to_contain_text("Storage in trouble")
    expect(page.get_by_test_id("meter-queue")).to_be_visible()


def test_a_server_that_goes_away_is_said_and_what_was_known_stays(visit: Open) -> None:
    page = visit("/status")
    expect(page.get_by_test_id("signal-logs")).to_be_visible()
    page.route("**/api/v1/status", lambda route: route.abort())
    look_again(page)
    strip = page.get_by_role("alert")
    expect(strip).to_contain_text("The server cannot be reached.")
    expect(page.get_by_test_id("signal-logs")).to_be_visible()
    page.unroute("**/api/v1/status")
    look_again(page)
    expect(strip).to_be_hidden()


def test_every_page_leads_to_it(visit: Open) -> None:
    page = visit("/sessions")
    page.get_by_role("link", name="Status").click()
    expect(page).to_have_url(re.compile(r"/status$"))
    expect(page.get_by_role("link", name="Status")).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("width", [360, 700, 1440])
def test_the_page_fits_the_window(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/status")
    expect(page.get_by_test_id("signal-traces")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

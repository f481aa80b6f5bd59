"""Distributed traces beside the replay and on their own page, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.process import wait_for
from tests.ui.conftest import Open
from tests.ui.worlds import SHOP_ID, Json, World, shop, span

pytestmark = pytest.mark.e2e


def failing() -> Json:
    """The trace of the checkout that failed."""
    return next(trace for trace in shop().traces.values() if trace["error_count"])


def offset() -> float:
    """The moment of its start in the session."""
    return float(failing()["sessions"][0]["offset_ms"])


def services(page: Page) -> set[str | None]:
    return {
        span.get_attribute("data-service") for span in page.get_by_test_id("waterfall-span").all()
    }


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def test_a_failed_request_opens_its_trace_beside_the_replay(visit: Open) -> None:
    page = visit(f"/sessions/{SHOP_ID}")
    page.get_by_test_id("tab-network").click()
    row = page.locator(f"[data-testid=request-row][data-trace-id='{failing()['trace_id']}']")
    row.get_by_role("button", name="Show the distributed trace").click()
    expect(page.get_by_test_id("waterfall-span")).to_have_count(6)
    assert services(page) == {"shop-web", "checkout", "inventory"}
    expect(page.get_by_test_id("span-detail")).to_contain_text("CouponError")
    expect(page.get_by_test_id("player")).to_be_visible()

    def right() -> float:
        frame = box(page.get_by_test_id("replay-frame"))
        return frame["x"] + frame["width"]

    wait_for("room beside it", lambda: right() <= box(page.get_by_test_id("waterfall"))["x"])


def test_the_playhead_on_the_waterfall_is_the_moment_of_the_replay(visit: Open) -> None:
    page = visit(f"/sessions/{SHOP_ID}?trace={failing()['trace_id']}")
    playhead = page.get_by_test_id("waterfall-playhead")
    start, length = offset(), failing()["duration_ms"]
    expect(page.get_by_test_id("waterfall-span")).to_have_count(6)
    for share, side in [(-2, "before"), (0.5, "within"), (3, "after")]:
        page.evaluate("(t) => window.__player.seek(t)", start + share * length)
        expect(playhead).to_have_attribute("data-side", side)
    page.evaluate("(t) => window.__player.seek(t)", start + 0.5 * length)
    expect(playhead).to_have_attribute("data-side", "within")
    axis = box(page.locator(".wf-axis"))
    line = box(playhead)
    assert line["x"] + 1 == pytest.approx(axis["x"] + axis["width"] / 2, abs=2)


def test_closing_the_trace_brings_the_panels_back(visit: Open) -> None:
    page = visit(f"/sessions/{SHOP_ID}?trace={failing()['trace_id']}")
    page.get_by_role("button", name="Back to the panels").click()
    expect(page.get_by_test_id("panel-events")).to_be_visible()
    expect(page).not_to_have_url(re.compile("trace="))


def test_a_trace_shows_what_the_user_saw_and_leads_there(visit: Open) -> None:
    page = visit(f"/traces/{failing()['trace_id']}")
    replay = page.get_by_test_id("trace-replay")
    expect(replay).to_contain_text("Ada Lovelace")
    page.wait_for_selector("[data-testid=player][data-phase=ready]")
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.locator("#coupon")).to_have_value("BROKEN")
    page.get_by_test_id("open-replay").click()
    page.wait_for_url(f"**/sessions/{SHOP_ID}?t={round(offset())}")
    page.wait_for_selector("[data-testid=player][data-phase=ready]")
    shown = page.get_by_test_id("player-time")
    expect(shown).to_have_attribute("data-ms", str(round(offset())))


def test_a_log_line_leads_to_its_span(visit: Open) -> None:
    page = visit(f"/traces/{failing()['trace_id']}")
    page.get_by_test_id("tab-trace-logs").click()
    line = page.get_by_test_id("trace-logs").get_by_role("button", name="order received")
    span_id = line.get_attribute("data-span-id")
    line.click()
    expect(page.get_by_test_id("span-detail")).to_have_attribute("data-span-id", span_id or "")


def test_a_link_to_a_span_opens_it(visit: Open) -> None:
    root = failing()["spans"][0]
    page = visit(f"/traces/{failing()['trace_id']}?span={root['span_id']}")
    expect(page.get_by_test_id("span-detail")).to_contain_text("http.response.status_code")


def test_spans_can_be_folded_away(visit: Open) -> None:
    page = visit(f"/traces/{failing()['trace_id']}")
    page.get_by_role("button", name="Hide the spans below").nth(1).click()
    expect(page.get_by_test_id("waterfall-span")).to_have_count(2)


def test_log_lines_stand_under_the_spans_that_wrote_them(visit: Open) -> None:
    page = visit(f"/traces/{failing()['trace_id']}")
    expect(page.get_by_test_id("waterfall-log")).to_have_count(4)
    page.get_by_test_id("waterfall-log").filter(has_text="no uses left").click()
    expect(page.get_by_test_id("span-detail")).to_contain_text("POST /reserve")
    page.get_by_role("button", name="Log lines").click()
    expect(page.get_by_test_id("waterfall-log")).to_have_count(0)


def test_the_critical_path_runs_through_what_the_trace_waited_for(visit: Open) -> None:
    trace = failing()
    page = visit(f"/traces/{trace['trace_id']}")
    marks = page.locator(".span-critical")
    expect(marks.first).to_be_attached()
    track = box(page.locator(".span-track").first)
    total = sum(box(mark)["width"] for mark in marks.all())
    assert total == pytest.approx(track["width"], rel=0.05)
    page.get_by_test_id("waterfall-span").filter(has_text="SELECT coupons").click()
    detail = page.get_by_test_id("span-detail")
    expect(detail).to_contain_text(f"critical for {trace['duration_ms'] * 0.22:.0f} ms")
    page.get_by_role("button", name="Critical path").click()
    expect(marks).to_have_count(0)


def test_a_search_in_a_trace_goes_from_span_to_span(visit: Open) -> None:
    page = visit(f"/traces/{failing()['trace_id']}")
    search = page.get_by_label("Search spans and attributes")
    search.fill("from COUPONS where")
    expect(page.locator(".wf-found")).to_have_text("1")
    search.press("Enter")
    expect(page.get_by_test_id("span-detail")).to_contain_text("db.query.text")
    search.fill("checkout")
    search.press("Enter")
    search.press("Shift+Enter")
    expect(page.locator(".wf-found")).to_have_text("4 of 4")
    expect(page.locator(".span-row.found")).to_have_count(4)


def test_spans_under_way_come_to_the_fore(visit: Open) -> None:
    trace = failing()
    page = visit(f"/sessions/{SHOP_ID}?trace={trace['trace_id']}")
    page.get_by_role("button", name="Follow the playhead").click()
    alive = page.locator(".span-row.alive")
    for share, count in [(0.4, 5), (0.95, 1), (-1, 0)]:
        page.evaluate("(t) => window.__player.seek(t)", offset() + share * trace["duration_ms"])
        expect(alive).to_have_count(count)


def test_a_link_of_a_span_leads_to_the_other_trace(visit: Open, world: World) -> None:
    trace = next(each for each in world.sessions[0].traces.values() if each["error_count"])
    link = {"trace_id": "9" * 32, "span_id": "00000000000000aa", "attributes": {"why": "retry of"}}
    trace["spans"][0]["links"] = [link]
    page = visit(f"/traces/{trace['trace_id']}?span={trace['spans'][0]['span_id']}")
    links = page.get_by_test_id("span-links")
    expect(links).to_contain_text("retry of")
    links.get_by_role("link").click()
    expect(page.get_by_test_id("span-detail")).to_contain_text("nightly export")


def test_a_log_line_of_no_known_span_can_be_read(visit: Open, world: World) -> None:
    trace = next(each for each in world.sessions[0].traces.values() if each["error_count"])
    lost = {**trace["logs"][0], "span_id": "", "body": "who wrote this?"}
    trace["logs"].append(lost | {"attributes": {"queue": "q-7"}})
    page = visit(f"/traces/{trace['trace_id']}")
    page.get_by_test_id("waterfall-log").filter(has_text="who wrote this?").click()
    expect(page.get_by_label("Log line", exact=True)).to_contain_text("q-7")


def test_a_trace_of_nobody_says_so(visit: Open) -> None:
    page = visit(f"/traces/{'9' * 32}")
    expect(page.get_by_test_id("waterfall-span")).to_have_count(1)
    expect(page.get_by_test_id("trace-replay")).to_contain_text("No session belongs to this trace")


def test_an_unknown_trace_is_said_to_be_unknown(page: Page, address: str) -> None:
    page.goto(f"{address}/traces/{'1' * 32}")
    expect(page.get_by_text("This trace cannot be shown")).to_be_visible()


def wild_trace() -> Json:
    """2,000 spans of 60 services on 200 levels: long names, a skewed clock, lost parents."""
    start = 1_790_000_000_000.0

    def make(number: int) -> Json:
        skew = -3000 if number % 13 == 0 else 0
        name = f"operation {number} " + "x" * 300
        return span(f"{number:016x}", "" if number == 0 else "ff", name,
                    "Internal", f"a-service-with-a-long-name-{number % 60}",
                    start + number + skew, number % 5, orphan=number % 97 == 0)  # fmt: skip

    spans = [make(number) for number in range(2000)]
    for number in range(1, 200):
        spans[number - 1]["children"].append(spans[number])
    spans[199]["children"] = spans[200:]
    services = [{"name": f"a-service-with-a-long-name-{n}", "spans": 33, "errors": 0}
                for n in range(60)]  # fmt: skip
    return {"trace_id": "8" * 32, "start_ms": start, "end_ms": start + 2000, "duration_ms": 2000,
            "span_count": 2000, "error_count": 0, "truncated": False, "services": services,
            "spans": [spans[0]], "logs": [], "sessions": []}  # fmt: skip


@pytest.mark.parametrize("width", [1440, 390])
def test_a_wild_trace_fits_the_page_and_can_be_folded(
    visit: Open, page: Page, world: World, width: int
) -> None:
    world.traces["8" * 32] = wild_trace()
    page.set_viewport_size({"width": width, "height": 900})
    visit(f"/traces/{'8' * 32}")
    expect(page.get_by_test_id("waterfall-span").first).to_contain_text("operation 0")
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    top_bar = box(page.locator(".topbar"))
    assert top_bar["height"] < 60
    page.get_by_role("button", name="Hide the spans below").first.click()
    expect(page.get_by_test_id("waterfall-span")).to_have_count(1)
    expect(page.get_by_role("button", name="Show 1999 spans below")).to_be_visible()

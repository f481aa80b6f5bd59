"""The main job: somebody shops, something fails, and we see both what they saw and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.orders import flat, is_whole
from tests.support.process import Up, wait_for

pytestmark = pytest.mark.e2e

VISIBLE_TEXT = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll('script, style, noscript, template').forEach((e) => e.remove());
  return copy.textContent;
}"""
REPLAYED_TEXT = """async (ms) => {
  await window.__player.seek(ms);
  const copy = window.__player.document().body.cloneNode(true);
  copy.querySelectorAll('script, style, noscript, template').forEach((e) => e.remove());
  return copy.textContent;
}"""


@dataclass
class Visit:
    """What happened in the shop, as the shop's own pages saw it."""

    session_id: str = ""
    moments: list[tuple[str, float, str]] = field(default_factory=list)
    """Name, time in ms since the epoch, text of the page."""
    clicks: int = 0
    pages: int = 0
    failed_at_ms: float = 0
    thrown_at_ms: float = 0

    def remember(self, name: str, page: Page) -> None:
        """Notes the page's text once two frames have passed without a change to it."""
        page.evaluate("() => new Promise((r) => requestAnimationFrame(() => setTimeout(r, 150)))")
        text, now = page.evaluate(f"() => [({VISIBLE_TEXT})(), Date.now()]")
        self.moments.append((name, now, squeezed(text)))
        # The moment must not be the last of its page: what follows has to be told apart from it.
        page.wait_for_timeout(120)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def shop(up: Up, context: BrowserContext) -> Visit:
    """Two tabs: browse in both, go back and forth, sign in, and fail at the checkout."""
    visit = Visit()
    base = up.addresses["demo_shop"]
    first = context.new_page()
    first.goto(base)
    visit.session_id = first.evaluate("() => window.otelReplay.getSessionId()")
    first.click("[data-add=kettle]")
    expect(first.locator("#basket-count")).to_have_text("1")
    visit.remember("added to the basket", first)

    second = context.new_page()
    second.goto(f"{base}/products/grinder")
    assert second.evaluate("() => window.otelReplay.getSessionId()") == visit.session_id
    visit.remember("the other tab", second)
    # The page's own clock, as the error reaches it: the test may hear of it much later.
    second.evaluate("() => addEventListener('error', () => { window.thrownAt = Date.now(); })")
    with second.expect_event("pageerror"):
        second.click("[data-view-3d]")
    visit.thrown_at_ms = second.evaluate("() => window.thrownAt")

    first.bring_to_front()
    first.goto(f"{base}/account")
    with first.expect_navigation():
        first.click("[data-sign-in] >> nth=0")
    visit.remember("signed in", first)

    second.bring_to_front()
    second.click("[data-add=grinder]")
    expect(second.locator("#basket-count")).to_have_text("2")
    visit.remember("the other tab again", second)

    first.bring_to_front()
    first.goto(f"{base}/checkout")
    first.fill("#address", "7 Quay Street")
    first.click("[data-coupon=BROKEN]")
    with first.expect_response("**/api/orders"):
        first.click("#place-order")
    visit.failed_at_ms = first.evaluate("() => Date.now()")
    expect(first.locator("#checkout-error")).to_be_visible()
    visit.remember("the failure is shown", first)
    for page in (first, second):
        page.goto("about:blank")
    visit.clicks, visit.pages = 6, 5
    return visit


@pytest.fixture(scope="module")
def visit(up: Up, browser: Browser) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    visit = shop(up, context)
    wait_for("the visit to be derived", lambda: complete(up, visit))
    # Not earlier: closing it ends requests that the left pages have begun.
    context.close()
    return visit


def complete(up: Up, visit: Visit) -> bool:
    """Everything the browser sent has come in, and the backend's side with it."""
    tabs = up.get(f"/api/v1/sessions/{visit.session_id}/manifest")["tabs"]
    counts = session(up, visit)["counts"]
    return (
        len(tabs) == visit.pages
        and all(tab["final"] and not tab["gaps"] for tab in tabs)
        and counts["chunks"] == sum(len(tab["chunks"]["seq"]) for tab in tabs)
        and bool(counts["backend_errors"] and counts["errors"] and counts["failed_requests"])
        and counts["clicks"] >= visit.clicks
        and counts["pages"] >= visit.pages
        and is_whole(up.get(f"/api/v1/traces/{failed_request(up, visit)['trace_id']}"))
    )


def failed_request(up: Up, visit: Visit) -> dict[str, Any]:
    events = up.get(f"/api/v1/sessions/{visit.session_id}/events?kind=request")["events"]
    (failed,) = [event for event in events if event["status"] and event["status"] >= 500]
    found: dict[str, Any] = failed
    return found


def session(up: Up, visit: Visit) -> dict[str, Any]:
    answer: dict[str, Any] = up.get(f"/api/v1/sessions/{visit.session_id}")
    return answer


def test_the_session_is_listed_with_the_right_counts(up: Up, visit: Visit) -> None:
    (listed,) = [s for s in up.get("/api/v1/sessions")["sessions"] if s["id"] == visit.session_id]
    counts = listed["counts"]
    assert counts["clicks"] == visit.clicks
    assert counts["pages"] == visit.pages
    assert counts["errors"] == 1
    assert counts["backend_errors"] >= 1
    assert counts["failed_requests"] == 1
    assert counts["tabs"] == visit.pages
    assert listed["gaps"] == 0
    assert listed["has_replay"]
    assert listed["service"] == "shop-web"
    assert listed["user"]["name"]


def test_the_replay_shows_what_the_live_page_showed(up: Up, visit: Visit, viewer: Page) -> None:
    assert len(visit.moments) == 5
    start = session(up, visit)["start_ms"]
    viewer.goto(f"{up.addresses['ui']}/sessions/{visit.session_id}")
    viewer.wait_for_function("() => window.__player && window.__player.ready")
    for name, at_ms, text in visit.moments:
        replayed = squeezed(viewer.evaluate(REPLAYED_TEXT, at_ms - start))
        assert replayed == text, name


def test_the_failing_request_leads_to_one_trace_over_both_services(up: Up, visit: Visit) -> None:
    failed = failed_request(up, visit)
    assert "/api/orders" in failed["title"]
    trace = up.get(f"/api/v1/traces/{failed['trace_id']}")
    services = {service["name"] for service in trace["services"]}
    assert {"shop-web", "checkout", "inventory"} <= services
    assert [s["id"] for s in trace["sessions"]] == [visit.session_id]
    spans = flat(trace["spans"])
    assert not any(span["orphan"] for span in spans)
    assert len(trace["spans"]) == 1
    exceptions = [
        (span["service"], event["attributes"]["exception.type"])
        for span in spans
        for event in span["events"]
        if event["name"] == "exception"
    ]
    assert "inventory" in {service for service, _ in exceptions}
    assert any(log["service"] in ("checkout", "inventory") for log in trace["logs"])


def test_from_the_list_to_the_failing_trace_beside_the_replay_and_back(
    up: Up, visit: Visit, viewer: Page, pictures: Path
) -> None:
    viewer.goto(f"{up.addresses['ui']}/sessions")
    row = viewer.locator(f"[data-testid=session-row][data-session-id='{visit.session_id}']")
    expect(row).to_be_visible()
    viewer.screenshot(path=pictures / "sessions.png")
    row.click()
    viewer.wait_for_function("() => window.__player && window.__player.ready")
    viewer.get_by_test_id("tab-network").click()
    request = viewer.get_by_test_id("request-row").filter(has_text="/api/orders")
    request.click()
    expect(viewer.get_by_test_id("waterfall")).to_be_visible()
    expect(viewer.get_by_test_id("player")).to_be_visible()
    failed = viewer.locator(
        "[data-testid=waterfall-span][data-service=inventory][data-status=Error]"
    )
    expect(failed.first).to_be_visible()
    expect(viewer.get_by_test_id("waterfall-playhead")).to_be_attached()
    # The moment after the failure, as somebody would look at it.
    offset_ms = visit.failed_at_ms - session(up, visit)["start_ms"]
    viewer.evaluate("(t) => window.__player.seek(t)", offset_ms + 400)
    viewer.screenshot(path=pictures / "session.png")
    # By the button: emulated, the preference would be that of the recorded page as well.
    viewer.get_by_role("button", name="Use the dark theme").click()
    viewer.screenshot(path=pictures / "session-dark.png")
    viewer.get_by_role("button", name="Use the light theme").click()

    trace_id = request.get_attribute("data-trace-id")
    viewer.goto(f"{up.addresses['ui']}/traces/{trace_id}")
    expect(viewer.get_by_test_id("waterfall")).to_be_visible()
    viewer.get_by_role("tab", name="Logs").click()
    expect(viewer.get_by_test_id("trace-logs")).to_contain_text("Exception on /orders")
    viewer.get_by_role("tab", name="Waterfall").click()
    expect(viewer.get_by_test_id("trace-replay")).to_be_visible()
    viewer.screenshot(path=pictures / "trace.png")
    viewer.get_by_test_id("open-replay").first.click()
    viewer.wait_for_function("() => window.__player && window.__player.ready")
    shown = viewer.evaluate("() => window.__player.currentTime()")
    trace_offset = up.get(f"/api/v1/traces/{trace_id}")["sessions"][0]["offset_ms"]
    assert abs(shown - trace_offset) <= 1000


def test_the_error_is_on_the_time_line_at_its_time(up: Up, visit: Visit, viewer: Page) -> None:
    start = session(up, visit)["start_ms"]
    viewer.goto(f"{up.addresses['ui']}/sessions/{visit.session_id}")
    marker = viewer.get_by_test_id("marker-list").locator("[data-kind=error]")
    expect(marker).to_have_count(1)
    offset = float(marker.get_attribute("data-offset-ms") or "nan")
    assert abs(start + offset - visit.thrown_at_ms) <= 100

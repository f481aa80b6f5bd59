"""A visitor whose clock is minutes off: what the backend did stands where the visitor saw it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.orders import is_whole
from tests.support.process import Up, wait_for

pytestmark = pytest.mark.e2e


@pytest.fixture(params=[7, -7], ids=["ahead", "behind"])
def ahead_min(request: pytest.FixtureRequest) -> int:
    minutes: int = request.param
    return minutes


@pytest.fixture
def session(up: Up, browser: Browser, ahead_min: int) -> dict[str, Any]:
    """A session in which an order failed, as the API has it once all has come in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.clock.install(time=datetime.now(UTC) + timedelta(minutes=ahead_min))
    page = context.new_page()
    page.goto(f"{up.addresses['demo_shop']}/products/kettle")
    session_id = page.evaluate("() => window.otelReplay.getSessionId()")
    page.click("[data-add=kettle]")
    expect(page.locator("#basket-count")).to_have_text("1")
    page.goto(f"{up.addresses['demo_shop']}/account")
    with page.expect_navigation():
        page.click("[data-sign-in] >> nth=0")
    page.goto(f"{up.addresses['demo_shop']}/checkout")
    page.fill("#address", "7 Quay Street")
    page.click("[data-coupon=BROKEN]")
    page.click("#place-order")
    expect(page.locator("#checkout-error")).to_be_visible()
    page.goto("about:blank")

    def complete() -> dict[str, Any] | None:
        found: dict[str, Any] = up.get(f"/api/v1/sessions/{session_id}")
        counts = found["counts"]
        tabs = up.get(f"/api/v1/sessions/{session_id}/manifest")["tabs"]
        recorded = len(tabs) == 4 and all(tab["final"] for tab in tabs)
        derived = recorded and counts["backend_errors"] and counts["failed_requests"]
        return found if derived and _is_told(up, session_id) else None

    wait_for("the visit to be listed", lambda: session_id in _listed(up))
    derived = wait_for("the failure to be derived", complete) or {}
    # Not earlier: closing it ends requests that the left page has begun.
    context.close()
    return derived


def _listed(up: Up) -> set[str]:
    return {row["id"] for row in up.get("/api/v1/sessions")["sessions"]}


def _is_told(up: Up, session_id: str) -> bool:
    """Whether everything about the order that failed is there."""
    events = up.get(f"/api/v1/sessions/{session_id}/events?kind=request")["events"]
    failed = [event["trace_id"] for event in events if (event["status"] or 0) >= 500]
    return bool(failed) and is_whole(up.get(f"/api/v1/traces/{failed[0]}"))


def test_a_failure_of_the_backend_stands_where_the_visitor_saw_it(
    up: Up, session: dict[str, Any], ahead_min: int, viewer: Page, pictures: Path
) -> None:
    error_ms = session["clock_error_ms"]
    assert abs(error_ms - ahead_min * 60_000) < 1_000
    now_ms = datetime.now(UTC).timestamp() * 1000
    assert now_ms - 300_000 < session["start_ms"] < now_ms

    events = up.get(f"/api/v1/sessions/{session['id']}/events")["events"]
    (request,) = [e for e in events if e["kind"] == "request" and (e["status"] or 0) >= 500]
    failures = [event["offset_ms"] for event in events if event["kind"] == "backend_error"]
    assert failures
    for offset_ms in failures:
        # What is left of the clock's error is the shortest delay of a chunk.
        assert -500 < offset_ms - request["offset_ms"] < request["duration_ms"] + 500

    viewer.goto(f"{up.addresses['ui']}/sessions/{session['id']}")
    viewer.wait_for_function("() => window.__player && window.__player.ready")
    side = "ahead" if ahead_min > 0 else "behind"
    expect(viewer.get_by_test_id("clock-note")).to_contain_text(f" {side}. ")
    markers = viewer.get_by_test_id("marker-list").locator("[data-kind=backend_error]")
    assert float(markers.first.get_attribute("data-offset-ms") or "nan") == min(failures)
    viewer.evaluate("(ms) => window.__player.seek(ms)", session["duration_ms"])
    told = viewer.evaluate(
        "() => window.__player.document().querySelector('#checkout-error').textContent"
    )
    assert "broke on our side" in told
    viewer.screenshot(path=pictures / f"clock-{side}.png")

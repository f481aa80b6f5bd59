"""What axe-core finds on each page, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.ui.rich import rich
from tests.ui.worlds import SHOP_ID, World, shop

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parents[2] / "ui/otel_replay_ui/web/node_modules/axe-core/axe.min.js"

# The replayed page is somebody else's: what is wrong with it is what the user saw.
RUN = """async () => {
  const found = await axe.run({exclude: [['.surface']]}, {iframes: false});
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary}`));
}"""

FAILED = next(ident for ident, trace in shop().traces.items() if trace["error_count"])

PAGES = {
    "list": "/sessions",
    "session": f"/sessions/{SHOP_ID}",
    "zoomed": f"/sessions/{SHOP_ID}?t=9000",
    "network": f"/sessions/{SHOP_ID}?panel=network",
    "console": f"/sessions/{SHOP_ID}?panel=console",
    "errors": f"/sessions/{SHOP_ID}?panel=errors",
    "state": f"/sessions/{SHOP_ID}?panel=state",
    "logs": f"/sessions/{SHOP_ID}?panel=logs",
    "traces": f"/sessions/{SHOP_ID}?panel=traces&t=18600",
    "info": f"/sessions/{SHOP_ID}?panel=info",
    "beside": f"/sessions/{SHOP_ID}?trace={FAILED}",
    "trace": f"/traces/{FAILED}",
    "status": "/status",
    "error": "/nowhere",
}
WITHOUT_PLAYER = ("list", "status", "error")
CHOSEN = {
    name: f"{name.removesuffix('s')}-row" for name in ("events", "console", "errors", "state")
}
CHOSEN |= {"session": "event-row", "network": "request-row"}
"""Rows that are clicked first, so that their details are there as well."""


@pytest.fixture
def world() -> World:
    """The shop's visit with all that panels can show."""
    return World([rich()])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, address: str, theme: str, name: str) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address + PAGES[name])
    if name not in WITHOUT_PLAYER:
        page.wait_for_selector("[data-testid=player][data-phase=ready]")
    if PAGES[name].startswith("/sessions/"):
        page.wait_for_function("() => window.__player.ready")
    waited_for = {"list": "session-row", "beside": "waterfall-span", "trace": "waterfall-span",
                  "status": "signal-traces"}  # fmt: skip
    if name != "error":
        page.get_by_test_id(waited_for.get(name, "marker-list")).first.wait_for(state="attached")
    if name in CHOSEN:
        page.get_by_test_id(CHOSEN[name]).last.click()
        page.locator("[data-testid=detail]:visible").wait_for()
    if name == "traces":
        page.get_by_role("button", name="Follow the playhead").click()
        page.locator("[data-testid=under-way-span].now").first.wait_for()
    if name == "zoomed":
        for key in "+++i":
            page.keyboard.press(key)
        page.get_by_test_id("inspector").wait_for()
    page.evaluate(AXE.read_text())
    violations = page.evaluate(RUN)
    context.close()
    assert violations == []

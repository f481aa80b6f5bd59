"""The pictures of the documentation: ``python -m tests.e2e.pictures`` takes them all anew.

Runs the product with its demo shop, lets a few people visit it, and writes ``docs/images``. Folders
of the machine it runs on, which stack traces name, are shown as those of a server.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import (
    Browser,
    BrowserContext,
    FloatRect,
    Page,
    Route,
    ViewportSize,
    sync_playwright,
)

from tests.support.process import Up, wait_for

ROOT: Final = Path(__file__).parents[2]
IMAGES: Final = ROOT / "docs" / "images"
_SHOP: Final = "http://shop.example"
_TABS: Final = 5
"""Page loads of the visit that fails."""
_SIZE: Final = ViewportSize(width=1440, height=900)
_FOLDERS: Final = {sysconfig.get_path("purelib"): "/usr/lib/python3", str(ROOT): "/srv/shop"}
_PHONE: Final = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/{} Mobile Safari/537.36"
)
_STATEMENT: Final = """SELECT SessionId, UserName, EntryPage, ActiveMs / 1000 AS seconds,
       Pages, Clicks, Errors, BackendErrors
FROM sessions
ORDER BY BackendErrors DESC, StartTime DESC
LIMIT 100"""


def main() -> None:
    """Writes the pictures, each in the light and the dark theme."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Up(Path(folder), "--demo", "--cors-allowed-origins", _SHOP) as up,
        sync_playwright() as playwright,
    ):
        shop = str(up.addresses["demo_shop"]).removeprefix("http://")
        # People read addresses, and one with a number for a port is nobody's shop.
        flags = ["--no-sandbox", f"--host-resolver-rules=MAP shop.example:80 {shop}"]
        found = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=flags, slow_mo=60)
        for visit in (_browses, _orders, _looks_on_a_phone):
            visit(browser)
        session_id, failed_at_ms = _fails(browser)
        wait_for("the visits", lambda: _all_there(up, session_id))
        for theme in ("light", "dark"):
            _take(browser, up, theme, session_id, failed_at_ms)
        browser.close()


def _all_there(up: Up, session_id: str) -> bool:
    listed = {row["id"]: row["counts"] for row in up.get("/api/v1/sessions")["sessions"]}
    if len(listed) < 4 or session_id not in listed:
        return False
    counts = listed[session_id]
    gone = [tab["final"] for tab in up.get(f"/api/v1/sessions/{session_id}/manifest")["tabs"]]
    came = counts["errors"], counts["backend_errors"], counts["requests"] >= 4, counts["clicks"]
    return all(came) and len(gone) == _TABS and all(gone)


def _visitor(browser: Browser, **options: Any) -> tuple[BrowserContext, Page]:
    options = {"viewport": {"width": 1280, "height": 800}} | options
    context = browser.new_context(**options)
    return context, context.new_page()


def _leave(context: BrowserContext) -> None:
    """Not closed: that would end requests that the pages make as they go."""
    for page in context.pages:
        page.goto("about:blank")


def _sign_in(page: Page, number: int) -> None:
    page.goto(f"{_SHOP}/account")
    with page.expect_navigation():
        page.click(f"[data-sign-in] >> nth={number}")


def _browses(browser: Browser) -> None:
    context, page = _visitor(browser)
    for path in ("/", "/products/kettle", "/recommendations"):
        page.goto(_SHOP + path)
        page.wait_for_timeout(600)
    _leave(context)


def _orders(browser: Browser) -> None:
    context, page = _visitor(browser, viewport={"width": 1600, "height": 1000})
    _sign_in(page, 1)
    page.goto(_SHOP)
    page.click("[data-add=kettle]")
    page.goto(f"{_SHOP}/checkout")
    page.fill("#address", "1 Harbour Road")
    page.click("[data-coupon=MORNING]")
    with page.expect_response("**/api/orders"):
        page.click("#place-order")
    page.wait_for_timeout(600)
    _leave(context)


def _looks_on_a_phone(browser: Browser) -> None:
    phone = {"width": 412, "height": 840}
    agent = _PHONE.format(browser.version)
    context, page = _visitor(
        browser, viewport=phone, is_mobile=True, has_touch=True, user_agent=agent
    )
    _sign_in(page, 2)
    page.goto(f"{_SHOP}/products/grinder")
    page.wait_for_timeout(600)
    _leave(context)


def _fails(browser: Browser) -> tuple[str, float]:
    """The visit of most pictures; returns its session and when its failure was shown, ms."""
    context, first = _visitor(browser)
    first.goto(_SHOP)
    session_id = str(first.evaluate("() => window.otelReplay.getSessionId()"))
    first.click("[data-add=kettle]")
    second = context.new_page()
    second.goto(f"{_SHOP}/products/grinder")
    with second.expect_event("pageerror"):
        second.click("[data-view-3d]")
    second.click("[data-add=grinder]")
    first.bring_to_front()
    _sign_in(first, 0)
    first.goto(f"{_SHOP}/checkout")
    first.wait_for_timeout(500)
    first.fill("#address", "7 Quay Street")
    first.click("[data-coupon=BROKEN]")
    with first.expect_response("**/api/orders"):
        first.click("#place-order")
    first.wait_for_selector("#checkout-error:visible")
    failed_at_ms = float(first.evaluate("() => Date.now()"))
    first.wait_for_timeout(700)
    _leave(context)
    return session_id, failed_at_ms


def _take(browser: Browser, up: Up, theme: str, session_id: str, failed_at_ms: float) -> None:
    # By its own switch: emulated, the preference would be that of the recorded page as well.
    context = browser.new_context(viewport=_SIZE)
    context.add_init_script(f"localStorage.setItem('otel-replay.theme', '{theme}')")
    page = context.new_page()
    page.route("**/api/v1/**", _neutral)
    ui = str(up.addresses["ui"])
    suffix = "" if theme == "light" else f"-{theme}"

    def shot(name: str, height: int = _SIZE["height"]) -> None:
        page.mouse.move(0, 0)
        page.wait_for_function("() => document.getAnimations().every((one) => !one.pending)")
        clip = FloatRect(x=0, y=0, width=_SIZE["width"], height=height)
        page.screenshot(path=IMAGES / f"{name}{suffix}.png", clip=clip)

    page.goto(f"{ui}/sessions")
    page.get_by_test_id("session-row").nth(3).wait_for()
    shot("sessions", 420)

    start_ms = up.get(f"/api/v1/sessions/{session_id}")["start_ms"]
    page.goto(f"{ui}/sessions/{session_id}?t={failed_at_ms - start_ms + 300:.0f}")
    page.wait_for_function("() => window.__player?.ready")
    page.get_by_test_id("tab-network").click()
    request = page.get_by_test_id("request-row").filter(has_text="/api/orders")
    request.click()
    page.get_by_test_id("waterfall-span").nth(3).wait_for()
    page.wait_for_function("() => window.__player?.ready")
    shot("network")
    trace_id = request.get_attribute("data-trace-id")
    request.locator(".row-trace").click()
    page.get_by_test_id("trace-beside").get_by_test_id("waterfall-span").nth(3).wait_for()
    page.evaluate("(t) => window.__player.seek(t)", failed_at_ms - start_ms + 300)
    shot("session")

    page.goto(f"{ui}/traces/{trace_id}")
    page.get_by_test_id("waterfall-span").nth(3).wait_for()
    page.wait_for_function("() => window.__player?.ready")
    shot("trace")

    page.goto(f"{ui}/sql")
    page.locator(".cm-content").fill(_STATEMENT)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".sql-row").nth(3).wait_for()
    page.locator(".sql-tables summary").first.click()
    shot("sql")
    context.close()


def _neutral(route: Route) -> None:
    """Answers of the API with other folders in them; recordings have none, and are binary."""
    if "/replay?" in route.request.url:
        route.continue_()
        return
    response = route.fetch()
    text = response.text()
    for folder, shown in _FOLDERS.items():
        text = text.replace(folder, shown)
    route.fulfill(response=response, body=text)


if __name__ == "__main__":
    main()

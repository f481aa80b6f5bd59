"""The browser, its system and device, from what the browser says of itself."""

from __future__ import annotations

import pytest

from tests.support.sessions import BROWSER_RESOURCE, World, new_id

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 9)"
TAB = "Mozilla/5.0 (Linux; Android 14; SM-X710)"

CASES = {
    f"{WINDOWS} {WEBKIT} Chrome/156.0.0.0 Safari/537.36": ("Chrome 156", "Windows", "desktop"),
    f"{WINDOWS} {WEBKIT} Chrome/155.0.0.0 Safari/537.36 Edg/155.0.1": (
        "Edge 155",
        "Windows",
        "desktop",
    ),
    f"{WINDOWS} {WEBKIT} Chrome/154.0.0.0 Safari/537.36 OPR/120.0.0": (
        "Opera 120",
        "Windows",
        "desktop",
    ),
    f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15": (
        "Safari 18",
        "macOS",
        "desktop",
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0": (
        "Firefox 140",
        "macOS",
        "desktop",
    ),
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/156.0.0.0 Safari/537.36": (
        "Chrome 156",
        "Linux",
        "desktop",
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/150.0.0.0 Safari/537.36": (
        "Chrome 150",
        "ChromeOS",
        "desktop",
    ),
    f"{IPHONE} (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": (
        "Safari 18",
        "iOS",
        "mobile",
    ),
    f"{IPHONE} (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1": (
        "Chrome 131",
        "iOS",
        "mobile",
    ),
    f"{IPHONE} (KHTML, like Gecko) FxiOS/133.0 Mobile/15E148 Safari/605.1.15": (
        "Firefox 133",
        "iOS",
        "mobile",
    ),
    f"{IPAD} (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": (
        "Safari 18",
        "iOS",
        "tablet",
    ),
    f"{PIXEL} {WEBKIT} Chrome/156.0.0.0 Mobile Safari/537.36": ("Chrome 156", "Android", "mobile"),
    f"{TAB} {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Safari/537.36": (
        "Samsung Internet 27",
        "Android",
        "tablet",
    ),
    "Mozilla/5.0 (Android 14; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0": (
        "Firefox 139",
        "Android",
        "mobile",
    ),
    "curl/8.9.1": ("", "", "desktop"),
    "": ("", "", ""),
}


def test_user_agents_are_understood(alone: World) -> None:
    ids = {agent: new_id() for agent in CASES}
    for agent, session_id in ids.items():
        resource = {**BROWSER_RESOURCE, "user_agent.original": agent}
        alone.log(session_id, "browser.navigation", resource=resource)
    alone.worker.run_once()
    shown = {row["id"]: row for row in alone.json("sessions?limit=100")["sessions"]}
    got = {agent: _device(shown[session_id]) for agent, session_id in ids.items()}
    assert got == CASES


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            {
                "browser.brands": '["Chromium 156","Google Chrome 156","Not A;Brand 99"]',
                "browser.platform": "Windows",
                "browser.mobile": "false",
            },
            ("Chrome 156", "Windows", "desktop"),
        ),
        (
            {
                "browser.brands": '["Microsoft Edge 155","Chromium 155"]',
                "browser.platform": "Android",
                "browser.mobile": "true",
            },
            ("Edge 155", "Android", "mobile"),
        ),
    ],
    ids=["chrome", "edge"],
)
def test_browser_attributes_go_before_the_user_agent(
    world: World, attributes: dict[str, str], expected: tuple[str, str, str]
) -> None:
    session_id = new_id()
    world.log(session_id, "browser.navigation", resource={**BROWSER_RESOURCE, **attributes})
    assert _device(world.session(session_id)) == expected


def _device(session: dict[str, str]) -> tuple[str, str, str]:
    return session["browser"], session["os"], session["device"]

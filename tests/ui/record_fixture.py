"""Record the shop of the UI's tests in a real Chromium: ``python tests/ui/record_fixture.py``.

Writes data/shop.json.gz: the rrweb events of each page load, notes of what the user did and what
the page said to its console, and the text that the live page showed at chosen moments.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

HERE = Path(__file__).parent
RECORDER = HERE / "../../ui/otel_replay_ui/web/node_modules/@rrweb/record/dist/record.umd.min.cjs"
ORIGIN = "https://shop.example"

START_RECORDING = """
if (window === top) addEventListener("DOMContentLoaded", () => {
  const tab = [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const send = (kind, data) => window.__sink(JSON.stringify({tab, kind, data}));
  window.__tab = tab;
  rrwebRecord.record({
    emit: (event) => send('rrweb', event), checkoutEveryNms: 6000,
    maskInputOptions: {password: true}, sampling: {mousemove: 50},
  });
  send('note', {kind: 'navigation', t: Date.now(), title: document.title, url: location.href});
  addEventListener('click', (event) => send('note', {
    kind: 'click', t: Date.now(), title: event.target.textContent.trim().slice(0, 40),
    selector: event.target.tagName.toLowerCase() + (event.target.id ? '#' + event.target.id : ''),
  }), true);
  addEventListener('error', (event) => send('note', {
    kind: 'error', t: Date.now(), title: event.message, stack: String(event.error?.stack ?? ''),
  }));
  for (const level of ['log', 'warn', 'error']) {
    const original = console[level];
    console[level] = (...args) => {
      send('note', {kind: 'console', t: Date.now(), level, title: args.join(' ')});
      original.apply(console, args);
    };
  }
  const original = window.fetch;
  window.fetch = async (url, init = {}) => {
    const t = Date.now();
    const begun = performance.now();
    const response = await original(url, init);
    send('note', {kind: 'request', t, title: `${init.method ?? 'GET'} ${url}`,
      url: new URL(url, location.href).href, method: init.method ?? 'GET',
      status: response.status, duration: performance.now() - begun});
    return response;
  };
});
"""


class Shop:
    """Answers the requests of the pages from files beside this one."""

    delays_s = {"/api/products": 0.18, "/api/cart": 0.09, "/api/checkout": 0.42, "/api/quote": 0.9}

    def answer(self, route: Route) -> None:
        """Serve a page, or after its delay a piece of JSON."""
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if path.startswith("/api/"):
            time.sleep(self.delays_s.get(path, 0.05))
            failed = path == "/api/checkout" and "BROKEN" in (route.request.post_data or "")
            route.fulfill(status=502 if failed else 200, json={"ok": not failed})
            return
        name = {"/": "list.html", "/p/kettle": "product.html", "/help": "help.html"}.get(
            path, "checkout.html"
        )
        html = (HERE / "shop" / name).read_text()
        style = (HERE / "shop" / "shop.css").read_text()
        route.fulfill(
            status=200,
            content_type="text/html; charset=utf-8",
            body=html.replace("/*STYLE*/", style),
        )


class Recording:
    """What came out of the pages."""

    def __init__(self) -> None:
        self.tabs: dict[str, list[dict[str, Any]]] = {}
        self.notes: list[dict[str, Any]] = []
        self.probes: list[dict[str, Any]] = []

    def take(self, text: str) -> None:
        """Keep one message of a page."""
        message = json.loads(text)
        if message["kind"] == "rrweb":
            self.tabs.setdefault(message["tab"], []).append(message["data"])
        else:
            self.notes.append({"tab": message["tab"], **message["data"]})

    def probe(self, page: Page, wait_ms: int = 500) -> None:
        """Remember what the page shows while nothing moves."""
        page.wait_for_timeout(wait_ms)
        state = page.evaluate(
            "() => ({t: Date.now(), tab: window.__tab, text: document.body.innerText,"
            " values: [...document.querySelectorAll('input')].map((input) => input.value)})"
        )
        self.probes.append(state)
        page.wait_for_timeout(400)

    def write(self, path: Path) -> None:
        """Save as compressed JSON, the same bytes for the same recording."""
        content = {"tabs": self.tabs, "notes": self.notes, "probes": self.probes}
        path.write_bytes(gzip.compress(json.dumps(content).encode(), mtime=0))


def wander(page: Page, *points: tuple[int, int]) -> None:
    """Move the pointer as a person does."""
    for x, y in points:
        page.mouse.move(x, y, steps=12)
        page.wait_for_timeout(220)


def click(page: Page, selector: str) -> None:
    """Go there and click."""
    box = page.locator(selector).bounding_box()
    assert box is not None, f"{selector} is not on the page"
    wander(page, (int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2)))
    page.click(selector)


def shop_around(context: BrowserContext, recording: Recording) -> None:
    """The visit: look, read help in a second tab, put in the cart, fail at checkout."""
    page = context.new_page()
    page.goto(f"{ORIGIN}/")
    page.wait_for_selector(".card")
    wander(page, (300, 300), (700, 420), (520, 500))
    recording.probe(page)
    page.mouse.wheel(0, 350)
    wander(page, (640, 380), (420, 460))
    page.mouse.wheel(0, -350)
    click(page, "#filter-tea")
    recording.probe(page)
    click(page, "#filter-all")
    page.wait_for_timeout(1800)
    click(page, "a[href='/p/kettle']")

    page.wait_for_selector("#add")
    wander(page, (500, 350), (850, 480))
    click(page, "#add")
    page.wait_for_selector("text=In your cart")
    recording.probe(page)

    help_page = context.new_page()
    help_page.goto(f"{ORIGIN}/help")
    wander(help_page, (400, 300), (600, 400))
    click(help_page, "details:last-of-type summary")
    recording.probe(help_page)

    page.bring_to_front()
    click(page, "#to-checkout")
    page.wait_for_selector("#name")
    click(page, "#name")
    page.keyboard.type("Ada Lovelace", delay=60)
    click(page, "#email")
    page.keyboard.type("ada@example.com", delay=45)
    recording.probe(page)
    click(page, "#coupon")
    page.keyboard.type("BROKEN", delay=70)
    page.wait_for_timeout(300)
    click(page, "#pay")
    page.wait_for_selector("#problem:not([hidden])")
    recording.probe(page)
    wander(page, (600, 300), (500, 520))
    click(page, "#why")
    page.wait_for_timeout(600)
    recording.probe(page)


def main() -> None:
    """Record and write."""
    recording = Recording()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        context = browser.new_context(viewport={"width": 1180, "height": 760})
        context.expose_binding("__sink", lambda source, text: recording.take(text))
        context.add_init_script(RECORDER.read_text() + "\n" + START_RECORDING)
        context.route("**/*", Shop().answer)
        shop_around(context, recording)
        browser.close()
    recording.write(HERE / "data" / "shop.json.gz")
    for tab, events in recording.tabs.items():
        print(tab, len(events), "events")


if __name__ == "__main__":
    main()

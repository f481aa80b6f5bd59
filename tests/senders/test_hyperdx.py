"""HyperDX' browser SDK from npm records pages of ours, and the player shows what they showed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from playwright.sync_api import Browser, Page, Request, Route

from tests.support.process import Up, wait_for
from tests.support.site import site

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><html><head><title>Garden shop</title><script src="/hyperdx.js"></script>
</head><body><h1>Garden shop</h1><ul id="basket"></ul>
<label>Note <input id="note"></label><button id="add">Add a rake</button><script>
  document.getElementById('add').addEventListener('click', () => {
    const items = document.getElementById('basket');
    const item = document.createElement("li");
    item.textContent = `Rake ${items.childElementCount + 1} ✓`;
    items.append(item);
    console.log('added', items.childElementCount);
  });
</script></body></html>"""
TEXT = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll('script, noscript').forEach((e) => e.remove());
  return [copy.textContent, document.getElementById('note').value, Date.now()];
}"""
REPLAYED = """async (ms) => {
  await window.__player.seek(ms);
  const body = window.__player.document().body;
  const copy = body.cloneNode(true);
  copy.querySelectorAll('script, noscript').forEach((e) => e.remove());
  return [copy.textContent, body.querySelector('#note').value];
}"""


@dataclass
class Visit:
    """One session, and what its page showed when."""

    session_id: str = ""
    moments: list[tuple[float, str, str]] = field(default_factory=list)
    """Time in ms since the epoch, text of the page, text in the field."""


Meddle = Callable[["Visitor", Route], None]


@dataclass
class Visitor:
    """Somebody on the page, whose replay requests may be meddled with on their way."""

    page: Page
    meddle: Meddle
    visit: Visit = field(default_factory=Visit)
    sent: list[bytes] = field(default_factory=list)
    """What it recorded, as it left the page."""
    answered: int = 0
    held: list[Route] = field(default_factory=list)

    def open(self, url: str) -> None:
        self.page.route("**/v1/logs", self._route)
        self.page.on("requestfinished", self._count)
        self.page.on("requestfailed", self._count)
        self.page.goto(url)
        self.visit.session_id = self.page.evaluate("() => window.hyperdx.getSessionId()")

    def _route(self, route: Route) -> None:
        self.sent.append(gzip.decompress(route.request.post_data_buffer or b""))
        self.meddle(self, route)

    def _count(self, request: Request) -> None:
        self.answered += request.url.endswith("/v1/logs") and request.method == "POST"

    def act(self, note: str) -> None:
        self.page.click("#add")
        self.page.fill("#note", note)
        self.page.evaluate(
            "() => new Promise((r) => requestAnimationFrame(() => setTimeout(r, 99)))"
        )
        text, value, now = self.page.evaluate(TEXT)
        self.visit.moments.append((now, squeezed(text), value))
        # What follows has to be told apart from this moment.
        self.page.wait_for_timeout(60)

    def fail(self) -> None:
        """A request that fails, a message on the console, an error, and a step in the history."""
        self.page.evaluate(
            """async () => {
              await fetch('/api/stock');
              console.warn('stock is low');
              history.pushState({}, '', '/?step=2');
              setTimeout(() => { throw new TypeError('no rake'); });
            }"""
        )


def let_through(_visitor: Visitor, route: Route) -> None:
    route.continue_()


def lose_the_second_rake(visitor: Visitor, route: Route) -> None:
    if b"Rake 2" in visitor.sent[-1]:
        route.abort()
    else:
        route.continue_()


def swap_the_first_two(visitor: Visitor, route: Route) -> None:
    if len(visitor.sent) == 1:
        visitor.held.append(route)
        return
    # The later one is stored before the earlier one is sent.
    route.fulfill(response=route.fetch())
    if visitor.held:
        visitor.held.pop().continue_()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module")
def visits(up: Up, browser: Browser, js: Path) -> dict[str, Visit]:
    """Three people visit at the same time; the recorder sends every 5 seconds what there is."""
    meddling = {"plain": let_through, "lost": lose_the_second_rake, "swapped": swap_the_first_two}
    pages = {
        "/": PAGE,
        "/hyperdx.js": (js / "dist" / "hyperdx.js").read_text(encoding="utf-8"),
    }
    with site(pages) as origin:
        visitors = {
            name: Visitor(browser.new_context().new_page(), meddle)
            for name, meddle in meddling.items()
        }
        for visitor in visitors.values():
            visitor.open(f"{origin}/?otlp={up.addresses['otlp_http']}")
        for round_, note in enumerate(("first note", "second note ✓", "third"), 1):
            for visitor in visitors.values():
                visitor.act(note)
            if round_ == 2:
                visitors["plain"].fail()
            for visitor in visitors.values():
                # On a slow machine, all of a round need not be in one request.
                wait_until(visitor, partial(has_sent, note))
        for visitor in visitors.values():
            wait_until(visitor, lambda v: v.answered == len(v.sent))
            visitor.page.unroute_all(behavior="ignoreErrors")
            visitor.page.context.close()
    return {name: visitor.visit for name, visitor in visitors.items()}


def has_sent(note: str, visitor: Visitor) -> bool:
    return any(note.encode() in sent for sent in visitor.sent)


def wait_until(visitor: Visitor, condition: Callable[[Visitor], bool]) -> None:
    """Waits for what the recorder sends, while the browser goes on."""
    for _ in range(1200):
        if condition(visitor):
            return
        visitor.page.wait_for_timeout(100)
    raise AssertionError(f"{len(visitor.sent)} requests sent, {visitor.answered} answered")


def manifest(up: Up, visit: Visit) -> dict[str, Any]:
    (tab,) = up.get(f"/api/v1/sessions/{visit.session_id}/manifest")["tabs"]
    answer: dict[str, Any] = tab
    return answer


def replayed(viewer: Page, up: Up, visit: Visit) -> list[tuple[float, str, str]]:
    start = up.get(f"/api/v1/sessions/{visit.session_id}")["start_ms"]
    viewer.goto(f"{up.addresses['ui']}/sessions/{visit.session_id}")
    viewer.wait_for_function("() => window.__player && window.__player.ready")
    shown = []
    for at_ms, _, _ in visit.moments:
        text, value = viewer.evaluate(REPLAYED, at_ms - start)
        shown.append((at_ms, squeezed(text), value))
    return shown


@pytest.mark.parametrize("name", ["plain", "swapped"])
def test_the_player_shows_what_the_page_showed(
    up: Up, visits: dict[str, Visit], viewer: Page, name: str
) -> None:
    visit = visits[name]
    wait_for("the recording", lambda: not manifest(up, visit)["gaps"])
    assert [text.count("Rake") for _, text, _ in visit.moments] == [1, 2, 3]
    assert replayed(viewer, up, visit) == visit.moments
    assert manifest(up, visit)["id"] != visit.session_id


def test_a_request_that_never_came_is_a_gap_and_the_rest_plays(
    up: Up, visits: dict[str, Visit], viewer: Page
) -> None:
    visit = visits["lost"]
    tab = manifest(up, visit)
    (gap,) = tab["gaps"]
    assert gap["reason"] == "missing"
    assert gap["from_seq"] > 0
    shown = replayed(viewer, up, visit)
    assert shown[0] == visit.moments[0]
    assert "Rake 3" in shown[2][1]
    assert "Rake 2" not in shown[2][1]


def test_the_recording_is_served_as_rrweb_events(up: Up, visits: dict[str, Visit]) -> None:
    visit = visits["plain"]
    url = f"{up.addresses['ui']}/api/v1/sessions/{visit.session_id}/replay"
    lines = requests.get(url, timeout=30).text.splitlines()
    events = [event for line in lines for event in orjson.loads(line)]
    assert len(events) == sum(manifest(up, visit)["chunks"]["events"])
    types = [event["type"] for event in events]
    assert types.count(2) == 1
    assert types[types.index(2) - 1] == 4


def test_the_session_tells_what_else_the_sdk_reported(up: Up, visits: dict[str, Visit]) -> None:
    visit = visits["plain"]
    path = f"/api/v1/sessions/{visit.session_id}/events"

    def counts() -> tuple[int, int, int]:
        found = up.get(f"/api/v1/sessions/{visit.session_id}")["counts"]
        return found["clicks"], found["errors"], found["failed_requests"]

    # Spans come in requests of their own, and sessions are computed a while after either.
    wait_for("all events", lambda: len(kinds(up, path)) >= 5 and all(counts()) and counts()[0] >= 3)
    assert counts() == (3, 1, 1)
    events = up.get(path)["events"]
    titles = {kind: [e["title"] for e in events if e["kind"] == kind] for kind in kinds(up, path)}
    assert len(titles["click"]) == 3
    assert "stock is low" in titles["console"]
    assert titles["error"] == ["TypeError: no rake"]
    assert "GET /api/stock" in titles["request"]
    assert any("step=2" in title for title in titles["navigation"])


def kinds(up: Up, path: str) -> set[str]:
    return {event["kind"] for event in up.get(path)["events"]}

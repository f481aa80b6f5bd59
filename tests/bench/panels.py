"""The panels of a session with 100,000 events: opening, scrolling, searching, in Chromium."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page
from werkzeug.serving import make_server

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from tests.bench.chromium import chromium
from tests.bench.measure import table
from tests.support.database import temporary_database
from tests.support.sessions import World

EVENTS: Final = 100_000
_SPACING_NS: Final = 36_000_000
_BATCH: Final = 10_000
_SECONDS: Final = 3

# Four kinds in turn, with about the attributes that the browser SDK sends.
_INSERT: Final = """
INSERT INTO session_events
    (SessionId, Timestamp, EventId, Kind, Source, Name, Title, Severity, Status, Duration, Tab,
     ServiceName, Attributes)
SELECT
    {id:String}, fromUnixTimestamp64Nano({zero_ns:Int64} + number * {spacing_ns:Int64}),
    cityHash64(number), ['click', 'console', 'request', 'custom'][number % 4 + 1] AS kind,
    'browser', if(kind = 'custom', 'browser.state', ''), concat('event number ', toString(number)),
    if(number % 50 = 2, 'ERROR', 'INFO'), if(kind = 'request', if(number % 50 = 2, 500, 200), 0),
    if(kind = 'request', number % 700 * 1000000, 0), 't1', 'shop-web',
    map('url.full', 'https://shop.example/p/kettle?from=list',
        'log.record.uid', hex(cityHash64(number)), 'session.id', {id:String},
        'session.replay.tab', 't1', 'user.id', 'u-1', 'http.request.method', 'POST',
        'browser.css_selector', 'main > div.list > button:nth-of-type(3)',
        'browser.state.name', 'shop', 'browser.state.action', 'cart/changed',
        'browser.state.changes', concat('{"cart.count":"', toString(number), '"}'))
FROM numbers({first:UInt64}, {count:UInt64})
"""

# Frames, seconds and the longest frame, ms, while the list moves on each frame.
_SCROLL: Final = """([list, jump, seconds]) => new Promise((done) => {
  const element = document.querySelector(list);
  element.scrollTop = 0; // a live session's lists stand at their end
  const began = performance.now();
  let frames = 0, longest = 0, last = began;
  const step = (now) => {
    frames += 1;
    longest = Math.max(longest, now - last);
    last = now;
    element.scrollTop = jump ? Math.random() * element.scrollHeight : element.scrollTop + 400;
    if (now - began < seconds * 1000) requestAnimationFrame(step);
    else done([frames, (now - began) / 1000, longest]);
  };
  requestAnimationFrame(step);
})"""

# Changes the search; ends after the frame in which the list has changed.
_SEARCH: Final = """([panel, text]) => new Promise((done) => {
  const input = document.querySelector(`${panel} .search-input`);
  input.value = text;
  input.dispatchEvent(new Event('input'));
  requestAnimationFrame(() => setTimeout(done));
})"""


def run() -> str:
    """Returns tables."""
    with _session() as (address, session_id), chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto("about:blank")
        opened = _open(page, f"{address}/sessions/{session_id}")
        cpu = _MainThread(page)
        rows = [_panel(page, cpu, name) for name in ("events", "network", "console", "state")]
    scrolled = ["frames/s", "CPU a frame", "longest"]
    header = ["panel", "rows", *scrolled, *(f"{name}, jumping" for name in scrolled)]
    header += ["first search, CPU", "next search, CPU"]
    title = f"Panels of a session with {EVENTS:,} events, Chromium without a GPU"
    return table(title, header, rows) + "\n" + table("Opening it", ["what", "after"], opened)


class _MainThread:
    """CPU time of the page's main thread: time on the clock, which TaskDuration is, is also what
    other processes take."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable")

    def ms(self) -> float:
        read = self._devtools.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(m["value"] for m in read if m["name"] == "ThreadTime"))


@contextmanager
def _session() -> Iterator[tuple[str, str]]:
    """Serves the session from the embedded engine; yields the pages' address and its id."""
    with tempfile.TemporaryDirectory() as folder, temporary_database(Path(folder) / "db") as db:
        blobs = FileBlobStore(Path(folder) / "blobs")
        world = World(db, blobs)
        parameters = {"id": world.id, "zero_ns": world.ns(0), "spacing_ns": _SPACING_NS}
        world.chunk(world.id, 0)
        for first in range(0, EVENTS, _BATCH):
            db.command(_INSERT, {**parameters, "first": first, "count": _BATCH})
        world.worker.run_once()
        app = create_app(blueprint(Backend(db, blobs, world.clock)))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.port}", world.id
        server.shutdown()
        thread.join()
        server.server_close()


def _open(page: Page, address: str) -> list[list[str]]:
    """When the first rows are there, and when all are."""
    began = time.perf_counter()
    page.goto(address)
    page.get_by_test_id("event-row").first.wait_for()
    first = time.perf_counter() - began
    page.locator(f"[data-testid=tab-events][title='{EVENTS:,}']").wait_for(timeout=120_000)
    return [["first rows", f"{first:.1f} s"], ["all", f"{time.perf_counter() - began:.1f} s"]]


def _panel(page: Page, cpu: _MainThread, name: str) -> list[Any]:
    page.get_by_test_id(f"tab-{name}").click()
    panel = f"[data-testid=panel-{name}]"
    figures = [name, page.get_by_test_id(f"tab-{name}").get_attribute("title")]
    for jump in (False, True):
        before = cpu.ms()
        frames, seconds, longest = page.evaluate(_SCROLL, [f"{panel} .row-list", jump, _SECONDS])
        each = (cpu.ms() - before) / frames
        figures += [f"{frames / seconds:.0f}", f"{each:.1f} ms", f"{longest:.0f} ms"]
    for text in ("nothing like it", "number 9999"):
        before = cpu.ms()
        page.evaluate(_SEARCH, [panel, text])
        figures.append(f"{cpu.ms() - before:.0f} ms")
    return figures

"""The player in Chromium: opening, seeking, memory."""

from __future__ import annotations

import gzip
import json
import os
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import requests
from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.chromium import chromium
from tests.bench.measure import percentile, table
from tests.support.otlp import logs_request
from tests.support.process import Up, wait_for
from tests.support.synthetic import CLOCK, Synthetic, said_at

_HOURS_MS: Final = 4 * 3_600_000
_EVENTS: Final = 200_000
_CLICKS: Final = int(os.environ.get("BENCH_PLAYER_CLICKS", "20000"))
_OPENS: Final = 5
_SEEKS: Final = 50
_READINGS: Final = 5

_PAINTED = "() => performance.getEntriesByName('otel-replay.painted')[0]?.startTime ?? null"
_FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
# Since the navigation, ms: until the answer to a request is there, by the end of its address.
_ANSWERED = """() => {
  const all = performance.getEntriesByType('resource');
  const after = (test) => Math.max(...all.filter((one) => test(new URL(one.name).pathname)).map((one) => one.responseEnd));
  return [after((path) => path.endsWith('.js')), after((path) => path.endsWith('/manifest')), after((path) => path.endsWith('/replay'))];
}"""  # noqa: E501
_SEEK = """async ([t, selector]) => {
  performance.clearResourceTimings();
  const begin = performance.now();
  await window.__player.seek(t);
  const took = performance.now() - begin;
  const reads = performance.getEntriesByType('resource').filter((one) => one.name.includes('/replay?'));
  const bytes = reads.reduce((sum, one) => sum + one.encodedBodySize, 0);
  return [took, reads.length, bytes, window.__player.document().querySelector(selector).textContent];
}"""  # noqa: E501


def run() -> str:
    """Measures on a session of 4 hours, generated and sent as browsers send; returns tables."""
    with tempfile.TemporaryDirectory() as folder, Up(Path(folder) / "data") as up:
        tab = Synthetic(int(time.time() * 1000) - _HOURS_MS - 60_000, _HOURS_MS, _EVENTS)
        session_id = _store(up, tab)
        with chromium() as browser:
            opening = _opening(browser, up, session_id)
            return "\n".join([opening, *_seeking(browser, up, session_id, tab)])


def _store(up: Up, tab: Synthetic) -> str:
    """Sends the recording, with clicks all along it; returns the session id once all is there."""
    session_id = secrets.token_hex(16)
    chunks = 0
    recorded = _records(session_id, tab)
    while some := list(islice(recorded, 64)):
        _send(up, some, "otel_replay.recorder")
        chunks += len(some)
    clicks = _clicks(session_id, tab)
    while some := list(islice(clicks, 5_000)):
        _send(up, some, "otel_replay.browser")

    def complete() -> bool:
        counts = up.get(f"/api/v1/sessions/{session_id}")["counts"]
        return (counts["chunks"], counts["clicks"]) == (chunks, _CLICKS)

    wait_for("the session", complete, 60)
    return session_id


def _records(session_id: str, tab: Synthetic) -> Iterator[dict[str, Any]]:
    for seq, events in enumerate(tab.chunks()):
        text = json.dumps(events).encode()
        yield {
            "time_unix_nano": events[0]["timestamp"] * 1_000_000,
            "observed_time_unix_nano": time.time_ns(),
            "event_name": "session.replay.chunk",
            "body": gzip.compress(text),
            "attributes": {
                "session.id": session_id, "session.replay.tab": "0123456789abcdef",
                "session.replay.seq": seq, "session.replay.start": events[0]["timestamp"],
                "session.replay.end": events[-1]["timestamp"],
                "session.replay.events": len(events),
                "session.replay.checkpoint": events[0]["type"] == 4,
                "session.replay.encoding": "gzip", "session.replay.size": len(text),
                "session.replay.final": False,
            },
        }  # fmt: skip


def _clicks(session_id: str, tab: Synthetic) -> Iterator[dict[str, Any]]:
    for number in range(_CLICKS):
        at_ns = round((tab.start_ms + number * tab.length_ms / _CLICKS) * 1_000_000)
        yield {
            "time_unix_nano": at_ns, "observed_time_unix_nano": time.time_ns(),
            "severity_number": 9, "event_name": "browser.user_action.click",
            "attributes": {
                "session.id": session_id, "session.replay.tab": "0123456789abcdef",
                "browser.css_selector": f"#row{number}", "browser.element.text": f"row {number}",
            },
        }  # fmt: skip


def _send(up: Up, records: list[dict[str, Any]], scope: str) -> None:
    body = logs_request(records, {"service.name": "bench"}, scope).SerializeToString()
    headers = {"Content-Type": "application/x-protobuf"}
    url = f"{up.addresses['otlp_http']}/v1/logs"
    requests.post(url, body, headers=headers, timeout=60).raise_for_status()


def _opened(browser: Browser, up: Up, session_id: str, query: str = "?t=0") -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{up.addresses['ui']}/sessions/{session_id}{query}")
    page.wait_for_selector("[data-testid=player][data-phase=ready]", timeout=60_000)
    return page


def _opening(browser: Browser, up: Up, session_id: str) -> str:
    opened: list[list[float]] = []
    for _ in range(_OPENS):
        # In the middle, as somebody comes who follows a link.
        page = _opened(browser, up, session_id, f"?t={_HOURS_MS // 2 + 1234}")
        paints = [page.evaluate(_FIRST_PAINT), page.evaluate(_PAINTED)]
        opened.append([paints[0], *page.evaluate(_ANSWERED), paints[1]])
        page.context.close()
    manifest = requests.get(
        f"{up.addresses['ui']}/api/v1/sessions/{session_id}/manifest", timeout=30
    )
    names = ("first contentful paint", "scripts are there", "manifest is there",
             "first parts are there", "first frame of the recording")  # fmt: skip
    times = list(zip(*opened, strict=True))
    rows: list[list[object]] = [
        [name, f"{statistics.median(each):.0f} ms", f"{max(each):.0f} ms",
         "1,000 ms" if name.endswith("paint") else ""]
        for name, each in zip(names, times, strict=True)
    ]  # fmt: skip
    rows.append(["manifest, as sent", f"{_sent_bytes(manifest):,} bytes", "", "200,000 bytes"])
    return table(
        f"Player: opening a session of 4 hours, {_EVENTS:,} rrweb events, {_CLICKS:,} clicks",
        [f"{_OPENS} times, since the navigation", "median", "slowest", "budget"], rows,
    )  # fmt: skip


def _sent_bytes(response: requests.Response) -> int:
    return int(response.headers.get("Content-Length") or len(gzip.compress(response.content, 4)))


def _seeking(browser: Browser, up: Up, session_id: str, tab: Synthetic) -> list[str]:
    page = _opened(browser, up, session_id)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    # Where its clock is taken to be wrong, the recording lies elsewhere in the session.
    (listed,) = up.get(f"/api/v1/sessions/{session_id}/manifest")["tabs"]
    moments = tab.moments(2 * _SEEKS)
    random.Random(3).shuffle(moments)
    heaps: list[list[str]] = []
    took: list[float] = []
    reads: list[int] = []
    sizes: list[int] = []
    for number, moment in enumerate(moments, 1):
        seek_ms, count, size, said = page.evaluate(
            _SEEK, [listed["start_offset_ms"] + moment, CLOCK]
        )
        if said != said_at(moment):
            raise RuntimeError(f"the picture at {moment} says {said!r}")
        if number <= _SEEKS:
            took, reads, sizes = [*took, seek_ms], [*reads, count], [*sizes, size]
        if number in (10, 100):
            heaps.append([f"after {number} seeks", *_memory(page, devtools)])
    page.context.close()
    rows: list[list[object]] = [
        ["time to the painted frame", *(f"{percentile(took, p):.0f} ms" for p in (50, 95)),
         "500 ms"],
        ["requests", *(percentile(reads, p) for p in (50, 95)), "2"],
        ["bytes", *(f"{percentile(sizes, p):,.0f}" for p in (50, 95)), ""],
    ]  # fmt: skip
    return [
        table(f"Player: {_SEEKS} random seeks in it", ["each", "p50", "p95", "budget"], rows),
        table("Player: memory of the page", ["", "heap", "documents", "nodes"], heaps),
    ]


def _memory(page: Page, devtools: CDPSession) -> list[str]:
    """Once what nobody needs has been collected, the least of some readings: the documents of a
    frame that was removed are counted for a while, though no script can reach them."""
    readings = []
    for _ in range(_READINGS):
        page.wait_for_timeout(300)
        devtools.send("HeapProfiler.collectGarbage")
        answer = devtools.send("Performance.getMetrics")["metrics"]
        metrics = {metric["name"]: metric["value"] for metric in answer}
        readings.append([metrics[name] for name in ("Documents", "Nodes", "JSHeapUsedSize")])
    documents, nodes, heap_bytes = min(readings)
    return [f"{heap_bytes / 2**20:.1f} MiB", f"{documents:.0f}", f"{nodes:,.0f}"]

"""How far behind the user a live session is watched, and what its viewers cost the server."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

import requests
from playwright.sync_api import Browser, Page

from tests.bench.chromium import chromium
from tests.bench.measure import cpu_of, percentile, table
from tests.support.process import Up, wait_for
from tests.support.site import site

_CHANGES: Final = 20
_IDLE_MS: Final = 10_000

_PAGE: Final = """<!doctype html><title>Live</title>
<script src="{ui}/sdk/otel.js" data-endpoint="{otlp}" data-service="live"></script>
<body><button id="go">go</button><p id="at">-</p><script>
document.querySelector('#go').onclick = () => (document.querySelector('#at').textContent = Date.now());
</script>"""  # noqa: E501
# Looks at each frame; what is new there was painted with it or the one before.
_WATCH: Final = """() => {
  window.seen = [];
  const look = () => {
    const said = window.__player.document()?.querySelector('#at')?.textContent ?? '-';
    if (said !== '-' && said !== window.seen.at(-1)?.[0]) window.seen.push([said, Date.now()]);
    requestAnimationFrame(look);
  };
  look();
}"""
# What was asked for since the last call, by the last word of its path.
_ASKED: Final = """() => {
  const count = {};
  for (const { name } of performance.getEntriesByType('resource')) {
    const word = new URL(name).pathname.split('/').at(-1);
    count[word] = (count[word] ?? 0) + 1;
  }
  performance.clearResourceTimings();
  return count;
}"""


def run() -> str:
    """From a change of the user's page to the frame of the viewer's that shows it; tables."""
    with tempfile.TemporaryDirectory() as folder, Up(Path(folder) / "data") as up:
        html = _PAGE.format(ui=up.addresses["ui"], otlp=up.addresses["otlp_http"])
        with site({"/": html}) as origin, chromium() as browser:
            return _live(browser, up, origin)


def _live(browser: Browser, up: Up, origin: str) -> str:
    user = browser.new_context().new_page()
    user.goto(origin)
    session_id = str(user.evaluate("() => window.otelReplay.getSessionId()"))
    user.click("#go")
    wait_for("a picture", lambda: _has_picture(up, session_id), 30)
    viewer = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    viewer.goto(f"{up.addresses['ui']}/sessions/{session_id}")
    viewer.wait_for_function("() => window.__player?.document()?.querySelector('#at')")
    viewer.evaluate(_WATCH)
    viewer.evaluate(_ASKED)
    acting = _Costs(up, viewer)
    for number in range(_CHANGES):
        user.wait_for_timeout(900 + 370 * (number % 5))
        user.click("#go")
    user.wait_for_timeout(6_000)
    rows = [acting.row("while somebody acts")]
    still = _Costs(up, viewer)
    user.wait_for_timeout(_IDLE_MS)
    rows.append(still.row("while nothing happens"))
    seen = [(int(said), int(at)) for said, at in viewer.evaluate("() => window.seen")[1:]]
    return "\n".join([_latency(seen, _chunks(up, session_id)), _cost_table(rows)])


class _Costs:
    """What a viewer asks for, and what the server uses, from its making on."""

    def __init__(self, up: Up, viewer: Page) -> None:
        self._pid, self._viewer = int(up.addresses["pid"]), viewer
        self._cpu, self._began = cpu_of(self._pid), self._now()

    def _now(self) -> float:
        return float(self._viewer.evaluate("() => performance.now()")) / 1000

    def row(self, title: str) -> list[object]:
        seconds = self._now() - self._began
        cpu = cpu_of(self._pid) - self._cpu
        asked = self._viewer.evaluate(_ASKED)
        names = ("manifest", "replay", "events", "traces")
        others = sum(count for name, count in asked.items() if name not in names)
        each = [f"{asked.get(name, 0) / seconds:.2f}" for name in names]
        return [title, *each, f"{others / seconds:.2f}", f"{1000 * cpu / seconds:.0f} ms"]


def _cost_table(rows: list[list[object]]) -> str:
    header = ["each second", "manifest", "replay", "events", "traces", "session", "CPU of `up`"]
    return table("Player: what one viewer of a live session asks for", header, rows)


def _chunks(up: Up, session_id: str) -> list[dict[str, Any]]:
    return up.sql(
        "SELECT toUnixTimestamp64Milli(StartTime) AS start, toUnixTimestamp64Milli(EndTime) AS end,"
        f" toUnixTimestamp64Milli(ReceivedAt) AS received FROM replay_chunks"
        f" WHERE SessionId = '{session_id}' ORDER BY start"
    )


def _latency(seen: list[tuple[int, int]], chunks: list[dict[str, Any]]) -> str:
    """Until a change had come in with its chunk, and from there to the frame that showed it."""
    came_in = [
        next(int(c["received"]) for c in chunks if int(c["start"]) <= at <= int(c["end"]) + 5)
        for at, _ in seen
    ]
    both = list(zip(seen, came_in, strict=True))
    legs = {
        "from the change to its arrival": [came - at for (at, _), came in both],
        "from its arrival to the painted frame": [shown - came for (_, shown), came in both],
        "together": [shown - at for at, shown in seen],
    }
    rows: list[list[object]] = [
        [name, *(f"{percentile(times, p):,.0f} ms" for p in (50, 95, 100)), ""]
        for name, times in legs.items()
    ]
    rows[-1][-1] = "3,000 ms"
    header = [f"{len(seen)} of {_CHANGES} changes seen", "p50", "p95", "most", "budget"]
    return table("Player: a live session", header, rows)


def _has_picture(up: Up, session_id: str) -> bool:
    response = requests.get(
        f"{up.addresses['ui']}/api/v1/sessions/{session_id}/manifest", timeout=30
    )
    return response.ok and any(tab["chunks"]["checkpoint"] for tab in response.json()["tabs"])

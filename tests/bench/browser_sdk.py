"""The browser SDK: its size beside its peers', and what it costs a page beside bare rrweb."""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession

from otel_replay.browser import EXTRA_FILES, SDK_FILES, sdk_path
from tests.bench.chromium import chromium
from tests.bench.measure import table
from tests.sdk.shop import shop
from tools.paths import ROOT

_EARLY_BUDGET: Final = 12_000
_BUDGET: Final = 40_000
_RUNS: Final = int(os.environ.get("BENCH_SDK_RUNS", "20"))
_RRWEB: Final = ROOT / "sdk-js/node_modules/@rrweb/record/dist/record.umd.min.cjs"

# A page's import of each; whole packages where there is one entry for everything.
_SENTRY: Final = (
    "import { init, browserTracingIntegration as t, replayIntegration as r }"
    " from '@sentry/browser'; init({ integrations: [t(), r()] });"
)
_PEERS: Final = {
    "OpenReplay": "@openreplay/tracker",
    "Sentry with replay": "@sentry/browser",
    "Datadog": "@datadog/browser-rum",
    "Faro": "@grafana/faro-web-sdk",
    "PostHog": "posthog-js",
    "HyperDX": "@hyperdx/browser",
    "Highlight": "highlight.run",
}

# The button does not move, so that finding it costs the page nothing.
_PAGE: Final = """<!doctype html><title>Load</title>%s<body style="padding-top: 40px">
<button id="go" style="position: fixed; left: 0; top: 0; width: 60px; height: 30px">go</button>
<table id="rows"></table><script>
window.longTasks = 0; window.inp = 0;
new PerformanceObserver((list) => (longTasks += list.getEntries().length)).observe({ type: 'longtask' });
new PerformanceObserver((list) => list.getEntries().forEach(({ duration, interactionId }) => {
  if (interactionId) inp = Math.max(inp, duration);
})).observe({ type: 'event', durationThreshold: 16 });
const rows = document.querySelector('#rows');
let round = 0;
document.querySelector('#go').onclick = () => {
  round++;
  for (let i = 0; i < 300; i++) {
    const row = rows.insertRow();
    for (let c = 0; c < 4; c++) row.insertCell().textContent = 'cell ' + round + ' ' + i + ' ' + c;
  }
  for (const cell of rows.querySelectorAll('td:first-child')) cell.className = 'round' + round;
};</script>"""  # noqa: E501

_CLICKS: Final = 10
_VARIANTS: Final = {
    "no recorder": "",
    "bare rrweb": "<script src='/rrweb.js'></script><script>window.events = [];"
    " addEventListener('DOMContentLoaded', () => rrwebRecord.record({ emit: (e) => events.push(JSON.stringify(e)) }))"  # noqa: E501
    "</script>",
    "otel-replay": "SDK",
}


@dataclass(frozen=True)
class Load:
    """What one visit took; CPU time in ms, bytes are those of requests to the receiver."""

    main_thread: float
    """Of the page's main thread, whatever other processes did meanwhile."""
    all_threads: float
    """Of the page's process: workers, garbage collection and painting included."""
    inp_ms: float
    long_tasks: int
    heap_mb: float
    """After garbage collection."""
    sent_bytes: int


def run() -> str:
    """Measures the built scripts; returns tables."""
    return "\n".join([_sizes(), _peers(), _overhead()])


def _sizes() -> str:
    rows = []
    total = 0
    for name in SDK_FILES:
        code = sdk_path(name).read_bytes()
        squeezed = len(gzip.compress(code, 9))
        total += 0 if name in EXTRA_FILES else squeezed
        budget = f"{_EARLY_BUDGET:,}" if name == "otel.js" else ""
        rows.append([f"`{name}`", f"{len(code):,}", f"{squeezed:,}", budget])
    rows.append(["together", "", f"{total:,}", f"{_BUDGET:,}"])
    return table("Browser SDK, bytes", ["file", "minified", "gzip -9", "budget"], rows)


def _peers() -> str:
    """Bundles each peer's package as a page would, and squeezes it like ours."""
    rows = []
    for peer, package in _PEERS.items():
        try:
            version, size = _bundled(package)
        except (subprocess.CalledProcessError, OSError) as error:
            rows.append([peer, package, f"not measured: {type(error).__name__}"])
        else:
            rows.append([peer, f"{package} {version}", f"{size:,}"])
    return table("Peers, bundled by esbuild, bytes", ["peer", "package", "gzip -9"], rows)


def _bundled(package: str) -> tuple[str, int]:
    esbuild = ROOT / "sdk-js/node_modules/.bin/esbuild"
    with tempfile.TemporaryDirectory() as folder:
        quiet: dict[str, Any] = {"cwd": folder, "check": True, "capture_output": True}
        Path(folder, "package.json").write_text("{}")
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", package]
        subprocess.run(install, timeout=120, **quiet)
        installed = Path(folder, "node_modules", package, "package.json").read_text()
        entry = _SENTRY if package == "@sentry/browser" else f"export * from '{package}';"
        Path(folder, "entry.js").write_text(entry)
        bundle = [str(esbuild), "entry.js", "--bundle", "--minify", "--format=esm", "--outdir=out"]
        subprocess.run([*bundle, "--target=es2021", "--splitting"], **quiet)
        built = [path.read_bytes() for path in Path(folder, "out").glob("*.js")]
    return json.loads(installed)["version"], sum(len(gzip.compress(one, 9)) for one in built)


def _overhead() -> str:
    loads: dict[str, list[Load]] = {name: [] for name in _VARIANTS}
    with chromium() as browser:
        # The variants take turns, so that what else the machine does falls on all of them.
        for _ in range(_RUNS):
            for name, script in _VARIANTS.items():
                loads[name].append(_visit(browser, script))
    rows = [[name, *_medians(several)] for name, several in loads.items()]
    header = ["variant", "main thread, CPU ms", "all threads, CPU ms", "INP, ms", "long tasks"]
    title = f"Cost to a page, medians of {_RUNS}"
    return table(title, [*header, "heap, MB", "bytes sent"], rows) + "\n" + _over_rrweb(loads)


def _over_rrweb(loads: dict[str, list[Load]]) -> str:
    """The ratio to bare rrweb of the same round: what the machine did falls out of it."""
    rows = []
    for name, field in [("main thread", "main_thread"), ("all threads", "all_threads")]:
        pairs = zip(loads["otel-replay"], loads["bare rrweb"], strict=True)
        ratios = sorted(getattr(ours, field) / getattr(bare, field) for ours, bare in pairs)
        low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        rows.append([name, f"{middle:.2f}", f"{low:.2f} to {high:.2f}"])
    header = ["CPU time", "median of the rounds", "half of them between"]
    return table("otel-replay, times bare rrweb", header, rows)


def _medians(loads: list[Load]) -> list[str]:
    def median(field: str) -> float:
        return float(statistics.median(getattr(load, field) for load in loads))

    fields = ["main_thread", "all_threads", "inp_ms", "long_tasks", "heap_mb", "sent_bytes"]
    return [f"{median(field):,.1f}".removesuffix(".0") for field in fields]


def _visit(browser: Browser, script: str) -> Load:
    """Ten clicks that add 300 rows each and touch all that are there, until all of it is sent."""
    context = browser.new_context()
    pages = {"/": _PAGE % script, "/start": "<title>Nothing yet</title>"}
    with shop(pages, files={"/rrweb.js": _RRWEB.read_bytes()}) as world:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable")
        page.goto(world.origin + "/start")
        before = _metrics(devtools)
        page.goto(world.origin)
        page.wait_for_timeout(300)
        for _ in range(_CLICKS):
            # Not page.click(), which looks for the button with scripts of its own.
            page.mouse.click(30, 15)
            page.wait_for_timeout(50)
        page.wait_for_timeout(600)
        page.evaluate("() => window.otelReplay?.flush()")
        page.wait_for_timeout(200)
        after = _metrics(devtools)
        seen = page.evaluate("() => [inp, longTasks, round]")
        devtools.send("HeapProfiler.collectGarbage")
        heap = _metrics(devtools)["JSHeapUsedSize"] / 2**20
        sent = sum(len(body) for _, body in world.accepted)
    context.close()
    if seen[2] != _CLICKS:
        raise RuntimeError(f"{seen[2]} of {_CLICKS} clicks reached the page")
    # CPU time, not time on the clock, in which other processes take part, as TaskDuration is.
    main, whole = (1000 * (after[of] - before[of]) for of in ("ThreadTime", "ProcessTime"))
    if main < 0:
        raise RuntimeError("the page got another process, whose CPU time says nothing")
    return Load(main, whole, seen[0], seen[1], heap, sent)


def _metrics(devtools: CDPSession) -> dict[str, float]:
    read = devtools.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in read}

"""Is everything there: processes, addresses, storage, room on disk?"""

from __future__ import annotations

import platform
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from otel_replay import __version__
from otel_replay.doctor.report import Check, failed, ok, skipped, warning
from otel_replay.doctor.setup import Setup
from otel_replay.doctor.web import TIMEOUT_S, get, shortened
from otel_replay.errors import OtelReplayError

CLOCK_LIMIT_S = 1.0
"""Above this, what happened when gets hard to read; below, ways through the network explain it."""
_LOW_SHARE, _LOW_BYTES = 0.05, 1 << 30
_FIGURE = re.compile(r"^(otel_replay_\w+|otelcol_\w+)(?:\{[^}]*\})? (\S+)$", re.M)
_START = "start otel-replay (up, receive), or name its address"


def versions(setup: Setup) -> Check:
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return ok("versions", f"otel-replay {__version__}, {machine}")


def process(setup: Setup) -> Check:
    """With the embedded engine, one process has the data folder."""
    if not setup.embedded:
        return skipped("process", "ClickHouse is a server: its processes may be anywhere")
    if not setup.running:
        return failed(
            "process",
            f"no otel-replay has the data folder {setup.settings.data}",
            f"start it: otel-replay up --data {setup.settings.data}",
        )
    return ok("process", f"process {setup.running.get('pid')} has {setup.settings.data}")


def addresses(setup: Setup) -> Iterator[Check]:
    """Something listens on each."""
    yield _listens("OTLP/gRPC address", setup.otlp_grpc, f"{_START} with --otlp-grpc")
    yield _listens("OTLP/HTTP address", _host(setup.otlp_http), f"{_START} with --otlp-http")
    pages = _listens("pages address", _host(setup.ui), "start otel-replay ui, or name it with --ui")
    # Where ClickHouse is a server, the pages may well be served by another machine.
    yield pages if setup.embedded or pages.status == "ok" else skipped(pages.name, pages.message)
    if setup.embedded:
        yield _listens("SQL address", _host(setup.sql), f"{_START} with --sql")


def health(setup: Setup) -> Check:
    """What /healthz says, of the pages' server or else the status address."""
    for url, response in _answers(setup, "/healthz"):
        if response.status_code == 200:
            return ok("health", f"{url}: every part is ready")
        return failed("health", f"{url}: {shortened(response.text)}", "see its log")
    return skipped("health", "neither the pages nor the status address can be reached from here")


def storage(setup: Setup) -> Iterator[Check]:
    """ClickHouse answers, and its clock agrees with ours."""
    began = time.time()
    try:
        (row,) = setup.read("server", {})
    except OtelReplayError as exc:
        yield failed(
            "ClickHouse",
            shortened(exc),
            "it is read through the SQL address of otel-replay up: see the checks above"
            if setup.embedded
            else "start it, and check OTEL_REPLAY_CLICKHOUSE: host, port, user and password",
        )
        return
    ended = time.time()
    took_ms = (ended - began) * 1000
    yield ok("ClickHouse", f"version {row['version']} answers", took_ms)
    ahead_s = int(row["now_us"]) / 1e6 - (began + ended) / 2
    if abs(ahead_s) > CLOCK_LIMIT_S + (ended - began) / 2:
        way = "ahead of" if ahead_s > 0 else "behind"
        yield warning(
            "clocks",
            f"ClickHouse's clock is {abs(ahead_s):.1f} s {way} this machine's",
            "run a time service (chrony, systemd-timesyncd) on both",
        )
    else:
        yield ok("clocks", "ClickHouse's clock agrees with this machine's")


def disks(setup: Setup) -> Iterator[Check]:
    """There is room where this process writes, and where ClickHouse does."""
    folders = {"data folder": setup.settings.data, "spool": setup.settings.spool_folder}
    blobs = urlsplit(setup.settings.blobs_url)
    if blobs.scheme == "file":
        folders["blobs"] = Path(unquote(blobs.path))
    seen = set()
    for name, folder in folders.items():
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        device = existing.stat().st_dev
        if device not in seen:
            seen.add(device)
            usage = shutil.disk_usage(existing)
            yield _room(f"disk of the {name}", str(folder), usage.free, usage.total)
    if not setup.embedded:
        yield from _disks_of_the_server(setup)


def _disks_of_the_server(setup: Setup) -> Iterator[Check]:
    try:
        rows = setup.read("disks", {})
    except OtelReplayError as exc:
        yield skipped("disk of ClickHouse", f"its user may not ask: {shortened(exc)}")
        return
    for row in rows:
        free, total = int(row["free_space"]), int(row["total_space"])
        yield _room(f"disk of ClickHouse, {row['name']}", row["path"], free, total)


def backlog(setup: Setup) -> Iterator[Check]:
    """What waits for storage, by the figures of the receiver."""
    figures = _figures(setup)
    if figures is None:
        yield skipped("backlog", "no /metrics can be reached from here")
        return
    spool, limit = figures.get("otel_replay_spool_bytes", 0), _limit(figures, "spool")
    if spool:
        yield warning(
            "spool",
            f"{_size(spool)} of {_size(limit)} wait on disk for storage",
            "nothing is lost: they drain by themselves once ClickHouse and the blob store answer",
        )
    else:
        yield ok("spool", "nothing waits on disk")
    queue, limit = figures.get("otel_replay_queue_bytes", 0), _limit(figures, "queue")
    if limit and queue > 0.8 * limit:
        yield warning(
            "queue",
            f"{_size(queue)} of {_size(limit)} wait in memory",
            "storage is slower than what comes in: look at ClickHouse's load and disk",
        )
    else:
        yield ok("queue", f"{_size(queue)} wait in memory")


def _figures(setup: Setup) -> dict[str, float] | None:
    """The sums of all figures over their labels; None where there is no receiver's /metrics."""
    for _, response in _answers(setup, "/metrics"):
        if response.status_code == 200:
            found: dict[str, float] = {}
            for name, value in _FIGURE.findall(response.text):
                found[name] = found.get(name, 0) + float(value)
            return found
    return None


def _answers(setup: Setup, path: str) -> Iterator[tuple[str, requests.Response]]:
    """What the pages' server and the status address answer, with the URL; who is not there, not."""
    for url in (f"{setup.ui}{path}", f"{setup.status}{path}"):
        try:
            yield url, get(url)
        except requests.RequestException:
            continue


def _limit(figures: dict[str, float], what: str) -> float:
    return figures.get(f"otel_replay_{what}_capacity_bytes", 0)


def _listens(name: str, address: str, remedy: str) -> Check:
    host, _, port = address.rpartition(":")
    began = time.perf_counter()
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT_S):
            return ok(name, f"{address} is open", (time.perf_counter() - began) * 1000)
    except OSError as exc:
        return failed(name, f"{address}: {exc.strerror or exc}", remedy)


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _room(name: str, path: str, free: int, total: int) -> Check:
    room = f"{_size(free)} of {_size(total)} are free at {path}"
    if free < min(_LOW_BYTES, _LOW_SHARE * total):
        return warning(name, room, "make room: a full disk means that senders are refused")
    return ok(name, room)


def _size(number: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"

"""Figures and health of a process over HTTP: ``/metrics`` and ``/healthz``, as WSGI applications.

Of several worker processes, each writes its figures to files in ``PROMETHEUS_MULTIPROC_DIR``, and
whichever is asked answers for all: https://prometheus.github.io/client_python/multiprocess/
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from otel_replay import __version__
from otel_replay.instruments import Instruments

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_FILE_OF_PROCESS = re.compile(r"_(\d+)\.db$")
_PROC = Path("/proc")


def exposition(instruments: Instruments, accept: str = "") -> tuple[str, bytes]:
    """All figures as text: its content type, OpenMetrics when `accept` names it, and the bytes."""
    encode, content_type = choose_encoder(accept)
    registry = CollectorRegistry()
    directory = os.environ.get(DIRECTORY_VARIABLE)
    if directory:
        processes = _forget_the_dead(Path(directory)) or [os.getpid()]
        registry.register(_Sorted(_collector(directory)))
    else:
        processes = [os.getpid()]
        registry.register(_Sorted(instruments.registry))
    registry.register(ProcessFigures(processes))
    return content_type, encode(registry)


def metrics_app(instruments: Instruments) -> WsgiApp:
    """Answers every GET with the figures."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type, data = exposition(instruments, environ.get("HTTP_ACCEPT", ""))
        return _answer(start_response, "200 OK", content_type, data)

    return app


def status_app(instruments: Instruments, problems: Callable[[], list[str]]) -> WsgiApp:
    """``/metrics`` and ``/healthz`` of a process that serves no pages.

    `problems` answers what keeps it from being ready; an empty list means that it is.
    """
    metrics = metrics_app(instruments)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _json(start_response, "405 Method Not Allowed", {"error": "only GET is allowed"})
        match environ.get("PATH_INFO", ""):
            case "/metrics":
                return metrics(environ, start_response)
            case "/healthz":
                found = problems()
                if found:
                    body = {"status": "unavailable", "problems": found}
                    return _json(start_response, "503 Service Unavailable", body)
                return _json(start_response, "200 OK", {"status": "ok"})
        body = {"error": "there are /metrics and /healthz here"}
        return _json(start_response, "404 Not Found", body)

    return app


def observed(app: WsgiApp, instruments: Instruments, part: str) -> WsgiApp:
    """The same application, its requests counted as `part`'s."""
    seconds = instruments.web_request_seconds.labels(part)

    def counting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, *rest: Any) -> Any:
            instruments.web_requests.labels(part, f"{status[:1]}xx").inc()
            return start_response(status, *rest)

        with seconds.time():
            return app(environ, start)

    return counting


class ProcessFigures:
    """CPU, memory, open files and age of processes, read as they are asked for; their sums."""

    def __init__(self, processes: Iterable[int]) -> None:
        self._processes = tuple(processes)

    def collect(self) -> Iterator[Metric]:
        """Yields nothing but the version where there is no /proc."""
        version = GaugeMetricFamily(
            "otel_replay_build", "1, with the version as a label.", labels=["version"]
        )
        version.add_metric([__version__], 1)
        yield version
        figures = [figure for pid in self._processes if (figure := _figures(pid))]
        if not figures:
            return
        cpu, rss, files, age = (list(column) for column in zip(*figures, strict=True))
        yield CounterMetricFamily(
            "otelcol_process_cpu_seconds", "User and system CPU time, seconds.", sum(cpu)
        )
        yield GaugeMetricFamily(
            "otelcol_process_memory_rss", "Resident memory of the process, bytes.", sum(rss)
        )
        yield GaugeMetricFamily("otel_replay_process_open_files", "Open files.", sum(files))
        yield CounterMetricFamily(
            "otelcol_process_uptime", "Age of the process, seconds.", max(age)
        )
        yield GaugeMetricFamily("otel_replay_processes", "Processes that run.", len(figures))


def _figures(pid: int) -> tuple[float, float, float, float] | None:
    """CPU seconds, resident bytes, open files, age in seconds; None when it is gone."""
    folder = _PROC / str(pid)
    try:
        # After the name, which is in brackets and may hold anything: fields 3 and on of proc(5).
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        files = sum(1 for _ in (folder / "fd").iterdir())
    except OSError:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    cpu_s = (int(fields[11]) + int(fields[12])) / ticks
    age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / ticks
    return cpu_s, int(fields[21]) * os.sysconf("SC_PAGE_SIZE"), files, max(0.0, age_s)


def _forget_the_dead(directory: Path) -> list[int]:
    """Removes what processes that are gone said about now; returns those that run."""
    named = (_FILE_OF_PROCESS.search(path.name) for path in directory.glob("*.db"))
    running = []
    for pid in sorted({int(match.group(1)) for match in named if match}):
        if (_PROC / str(pid)).exists():
            running.append(pid)
        else:
            mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]
    return running


def _collector(directory: str) -> Any:
    return MultiProcessCollector(None, path=directory)  # type: ignore[no-untyped-call]


class _Sorted:
    """The figures by name, without the moments at which each was made: those are no figures."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def collect(self) -> Iterator[Metric]:
        for metric in sorted(self._source.collect(), key=lambda metric: str(metric.name)):
            metric.samples = [s for s in metric.samples if not s.name.endswith("_created")]
            yield metric


def _json(start_response: Callable[..., Any], status: str, body: Any) -> Iterable[bytes]:
    return _answer(start_response, status, "application/json", json.dumps(body).encode())


def _answer(
    start_response: Callable[..., Any], status: str, content_type: str, data: bytes
) -> Iterable[bytes]:
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(data)))])
    return [data]

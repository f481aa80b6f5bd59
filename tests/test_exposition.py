"""The figures as Prometheus gets them, from one process and from several."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from otel_replay.exposition import DIRECTORY_VARIABLE, WsgiApp, observed, status_app
from otel_replay.instruments import Instruments
from otel_replay_ui.app import create_app
from otel_replay_ui.server import WsgiServer


@contextmanager
def served(app: WsgiApp) -> Iterator[str]:
    server = WsgiServer(app, "127.0.0.1", 0, name="a test", flag="--none")
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def status(
    instruments: Instruments | None = None, problems: list[str] | None = None
) -> Iterator[str]:
    with served(status_app(instruments or Instruments(), lambda: problems or [])) as url:
        yield url


def values(text: str) -> dict[str, float]:
    """Each sample without labels, and sums over labels, by name."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def test_what_was_counted_is_in_the_figures() -> None:
    instruments = Instruments()
    instruments.accepted["traces"].labels("otlp", "grpc").inc(7)
    instruments.refusals.labels("otel", "rate_limit").inc()
    with status(instruments) as url:
        response = requests.get(f"{url}/metrics", timeout=60)
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert 'otelcol_receiver_accepted_spans_total{receiver="otlp",transport="grpc"} 7.0' in (
        response.text
    )
    assert values(response.text)["otel_replay_refused_requests_total"] == 1


def test_a_rate_has_a_first_value() -> None:
    with status() as url:
        found = values(requests.get(f"{url}/metrics", timeout=60).text)
    assert found["otelcol_receiver_accepted_log_records_total"] == 0


def test_the_process_says_what_it_uses() -> None:
    with status() as url:
        found = values(requests.get(f"{url}/metrics", timeout=60).text)
    assert found["otelcol_process_memory_rss"] > 1_000_000
    assert 0 < found["otelcol_process_cpu_seconds_total"] < 100_000
    assert 0 < found["otelcol_process_uptime_total"] < 1_000_000
    assert found["otel_replay_process_open_files"] > 3
    assert found["otel_replay_build"] == found["otel_replay_processes"] == 1


def test_open_metrics_for_who_asks_for_it() -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    with status() as url:
        response = requests.get(f"{url}/metrics", headers={"Accept": accept}, timeout=60)
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    parsed = open_metrics(response.text)  # type: ignore[no-untyped-call]
    families = {family.name for family in parsed}
    assert "otelcol_receiver_accepted_spans" in families
    assert not [name for name in families if name.endswith("_created")]


@pytest.mark.parametrize(
    ("problems", "code", "body"),
    [
        ([], 200, {"status": "ok"}),
        (["storage: away"], 503, {"status": "unavailable", "problems": ["storage: away"]}),
    ],
    ids=["well", "not ready"],
)
def test_health_where_there_are_no_pages(
    problems: list[str], code: int, body: dict[str, object]
) -> None:
    with status(problems=problems) as url:
        response = requests.get(f"{url}/healthz", timeout=60)
        assert requests.get(url, timeout=60).status_code == 404
        assert requests.post(f"{url}/healthz", timeout=60).status_code == 405
    assert (response.status_code, response.json()) == (code, body)


def test_the_pages_server_has_the_figures_too() -> None:
    instruments = Instruments()
    instruments.chunks.labels("otel", "accepted").inc(3)
    app = observed(create_app(instruments=instruments).wsgi_app, instruments, "ui")
    with served(app) as url:
        requests.get(f"{url}/nothing", timeout=60)
        found = requests.get(f"{url}/metrics", timeout=60).text
    assert values(found)["otel_replay_chunks_total"] == 3
    assert 'otel_replay_web_requests_total{part="ui",status="4xx"} 1.0' in found
    assert 'otel_replay_web_request_seconds_count{part="ui"} 1.0' in found


_WORKER = """
import sys
from otel_replay.instruments import Instruments
instruments = Instruments()
instruments.accepted["logs"].labels("otlp", "http").inc(5)
instruments.queue_bytes.labels("otlp", "otel").set(100)
print("counted", flush=True)
sys.stdin.read()
"""

_ASKED = """
from otel_replay.exposition import exposition
from otel_replay.instruments import Instruments
print(exposition(Instruments())[1].decode())
"""


def test_one_process_answers_for_all(tmp_path: Path) -> None:
    environment = os.environ | {DIRECTORY_VARIABLE: str(tmp_path)}

    def ask() -> dict[str, float]:
        answer = subprocess.run(
            [sys.executable, "-c", _ASKED],
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        )
        return values(answer.stdout)

    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKER],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "counted\n"
        together = ask()
        assert together["otelcol_receiver_accepted_log_records_total"] == 10
        assert together["otel_replay_queue_bytes"] == 200
        assert together["otel_replay_processes"] == 3
        workers[0].kill()
        workers[0].wait()
        one = ask()
    finally:
        for worker in workers:
            worker.communicate()
    # What was counted stays counted; what the dead one had waiting waits no more.
    assert one["otelcol_receiver_accepted_log_records_total"] == 10
    assert one["otel_replay_queue_bytes"] == 100


def test_every_figure_has_a_name_of_ours_or_the_collectors() -> None:
    with status() as url:
        text = requests.get(f"{url}/metrics", timeout=60).text
    names = re.findall(r"^# TYPE (\S+) ", text, re.M)
    assert len(names) > 40
    assert {name.split("_")[0] for name in names} == {"otelcol", "otel"}
    assert [name for name in names if name.startswith("otel_") and "otel_replay_" not in name] == []

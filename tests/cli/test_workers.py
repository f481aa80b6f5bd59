"""``receive --workers``: several processes on the same ports, in front of a ClickHouse server."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.support.clickhouse_server import ClickHouseServer
from tests.support.otlp import span, traces_request
from tests.support.process import Program, receive, wait_for

PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    with ClickHouseServer(tmp_path_factory.mktemp("clickhouse")) as server:
        yield server


@pytest.fixture(scope="module")
def workers(
    clickhouse: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    with receive(tmp_path_factory.mktemp("receive"), clickhouse.url(), "--workers", "2") as running:
        yield running
        assert running.terminate() == 0


def send(url: str, name: str) -> int:
    body = traces_request([span(name=name)]).SerializeToString()
    return requests.post(f"{url}/v1/traces", body, headers=PROTOBUF, timeout=60).status_code


def figures(workers: Program) -> str:
    return requests.get(f"{workers.address('status')}/metrics", timeout=60).text


def worker_ids(workers: Program) -> set[int]:
    """Process ids of the children that receive."""
    threads = Path(f"/proc/{workers.process.pid}/task").iterdir()
    children = {int(pid) for thread in threads for pid in _read(thread / "children").split()}
    return {pid for pid in children if b"spawn_main" in _command(pid)}


def _command(pid: int) -> bytes:
    return _read(Path(f"/proc/{pid}/cmdline"))


def _read(file: Path) -> bytes:
    """A file of a process or thread; nothing of one that has ended meanwhile."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_all_workers_serve_the_same_port_and_their_figures_are_one(
    workers: Program, clickhouse: ClickHouseServer
) -> None:
    url = workers.address("OTLP/HTTP")
    with ThreadPoolExecutor(16) as pool:
        # Each request has a connection of its own, and the kernel spreads these.
        statuses = list(pool.map(lambda i: send(url, f"shared {i}"), range(64)))
    assert statuses == [200] * 64
    stored = (
        "SELECT count() AS spans, uniqExact(SpanName) AS names FROM otel_traces"
        " WHERE SpanName LIKE 'shared%'"
    )
    # While the tables are made, what is acknowledged waits in the spool.
    wait_for("all spans", lambda: int(clickhouse.sql(stored)[0]["spans"]) >= 64)
    assert [int(n) for n in clickhouse.sql(stored)[0].values()] == [64, 64]
    accepted = r'^otelcol_receiver_accepted_spans_total\{.*"http"\} (\d+)'
    found = re.search(accepted, figures(workers), re.MULTILINE)
    assert found
    assert int(found[1]) >= 64
    assert "otel_replay_processes 2.0" in figures(workers)


def test_a_worker_that_dies_is_replaced(workers: Program) -> None:
    before = worker_ids(workers)
    assert len(before) == 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    health = f"{workers.address('status')}/healthz"
    wait_for("another worker", lambda: len(worker_ids(workers) - before) == 1)
    wait_for("health", lambda: requests.get(health, timeout=60).status_code == 200)
    assert f"process {victim}" in workers.output
    assert send(workers.address("OTLP/HTTP"), "after the death") == 200


def test_workers_end_with_the_process_that_started_them(
    clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    with receive(tmp_path, clickhouse.url(), "--workers", "2") as running:
        children = worker_ids(running)
        assert len(children) == 2
        running.kill()
        wait_for("the workers to end", lambda: not any(map(_command, children)))


def test_a_port_in_use_is_one_sentence(workers: Program, tmp_path: Path) -> None:
    port = workers.address("OTLP/HTTP").rpartition(":")[2]
    second = receive(
        tmp_path, "http://127.0.0.1:1", "--workers", "2", "--otlp-http", f"127.0.0.1:{port}"
    )
    with pytest.raises(AssertionError, match=rf"otel-replay: cannot listen on 127.0.0.1:{port}"):
        second.start()

"""The limits of memory, as senders see them."""

from __future__ import annotations

import contextlib
import gc
import select
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests

from otel_replay.errors import ConfigError
from otel_replay.instruments import Instruments
from otel_replay.memory import MemoryGuard, MemoryLimits, available_bytes, resident_bytes
from tests.receivers.conftest import Receiver, Storage, running, wait_until
from tests.receivers.test_connections import BODY, SERVICE, answer, connected
from tests.receivers.test_refusals import retry_delay_s

MB = 1 << 20
SOFT, HARD = 600 * MB, 1000 * MB


class Process:
    """Memory that is what the test says, and a clock that never lets a sample grow old."""

    def __init__(self) -> None:
        self.rss, self.now = 100 * MB, 0.0

    def clock(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def process() -> Process:
    return Process()


def guard(process: Process, **options: Any) -> MemoryGuard:
    limits = MemoryLimits(SOFT, HARD)
    return MemoryGuard(limits, read_rss=lambda: process.rss, clock=process.clock, **options)


@pytest.fixture
def guarded(process: Process, storage: Storage) -> Iterator[Receiver]:
    instruments = Instruments()
    memory = guard(process, instruments=instruments, bodies_bytes=4 * MB)
    with running(storage, memory=memory, instruments=instruments) as receiver:
        yield receiver


def post(receiver: Receiver, body: bytes = BODY) -> requests.Response:
    headers = {"Content-Type": "application/x-protobuf"}
    return requests.post(f"{receiver.http}/v1/traces", body, headers=headers, timeout=60)


def test_above_the_hard_limit_requests_are_refused_until_there_is_room(
    guarded: Receiver, process: Process, storage: Storage
) -> None:
    process.rss = HARD
    refused = post(guarded)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    with grpc.insecure_channel(guarded.grpc) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary(SERVICE)(BODY)
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.UNAVAILABLE
        assert retry_delay_s(error) == 5
        assert "limit of memory" in error.details()
        reason = {"project": "", "reason": "memory"}
        assert guarded.figure("otel_replay_refused_requests_total", **reason) == 2
        assert guarded.figure("otel_replay_memory_limit_bytes", limit="hard") == HARD
        process.rss = 100 * MB
        channel.unary_unary(SERVICE)(BODY)
    assert post(guarded).status_code == 200
    assert len(storage.requests) == 2


def test_above_the_hard_limit_no_body_is_read(guarded: Receiver, process: Process) -> None:
    process.rss = HARD
    head = b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with connected(guarded) as connection:
        connection.sendall(head + b"Content-Length: 1000000\r\n\r\n")
        assert answer(connection)[0] == 503


def test_what_is_being_read_is_given_up_at_the_hard_limit(
    guarded: Receiver, process: Process
) -> None:
    head = b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with connected(guarded) as connection:
        connection.sendall(head + b"Content-Length: 1000000\r\n\r\n{")
        process.rss = HARD
        status, headers, body = answer(connection)
        assert (status, headers["retry-after"]) == (503, "5")
        assert b"limit of memory" in body


def test_what_is_being_read_over_grpc_is_given_up_too(guarded: Receiver, process: Process) -> None:
    def never() -> Iterator[bytes]:
        process.rss = HARD
        given_up.wait(60)
        yield BODY

    given_up = threading.Event()
    with grpc.insecure_channel(guarded.grpc) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            channel.stream_unary(SERVICE)(never(), timeout=60)
        given_up.set()
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert retry_delay_s(error) == 5


def test_above_the_soft_limit_requests_are_slowed_down(
    process: Process, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_replay.memory._LONGEST_DELAY_S", 2.0)
    instruments = Instruments()
    with running(
        storage, memory=guard(process, instruments=instruments), instruments=instruments
    ) as receiver:
        process.rss = (SOFT + HARD) // 2
        assert post(receiver).status_code == 200
        sums = "otel_replay_request_seconds_sum"
        slow_s = receiver.figure(sums, signal="traces", transport="http")
        assert slow_s >= 1
        process.rss = 100 * MB
        assert post(receiver).status_code == 200
        assert receiver.figure(sums, signal="traces", transport="http") - slow_s < 1


LEVELS = [
    (100, "normal"),
    (599, "normal"),
    (600, "soft"),
    (550, "soft"),
    (499, "normal"),
    (1000, "hard"),
    (950, "hard"),
    (899, "soft"),
    (1000, "hard"),
    (100, "normal"),
]


def test_a_limit_that_was_passed_counts_until_memory_is_well_below(process: Process) -> None:
    memory = guard(process)
    seen = []
    for megabytes, _level in LEVELS:
        process.rss = megabytes * MB
        seen.append((megabytes, memory.level()))
    assert seen == LEVELS


def test_memory_is_read_four_times_a_second_at_most(process: Process) -> None:
    times, reads = iter([0.0, 0.1, 0.2, 0.26, 0.4, 0.52]), []

    def read() -> int:
        reads.append(1)
        return 0

    memory = MemoryGuard(MemoryLimits(SOFT, HARD), read_rss=read, clock=lambda: next(times))
    for _ in range(6):
        memory.level()
    assert len(reads) == 3


def test_bodies_under_way_have_a_limit_all_together(guarded: Receiver, storage: Storage) -> None:
    head = (
        b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        b"Content-Length: 8000000\r\n\r\n"
    )
    with connected(guarded) as first, connected(guarded) as second:
        first.sendall(head + bytes(3 * MB))
        second.sendall(head + bytes(3 * MB))
        status, headers, body = _first_answer(first, second)
        assert (status, headers["retry-after"]) == (503, "1")
        assert b"being received" in body
    assert post(guarded).status_code == 200
    assert len(storage.requests) == 1


def _first_answer(*connections: socket.socket) -> tuple[int, dict[str, str], bytes]:
    ready, _, _ = select.select(connections, [], [], 60)
    return answer(ready[0])


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({"memory.max": "max\n"}, None),
        ({"memory.max": "123456789\n"}, 123456789),
        ({"memory/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        ({"memory/memory.limit_in_bytes": "234567890\n"}, 234567890),
    ],
)
def test_a_container_s_limit_counts_when_it_is_lower(
    tmp_path: Path, files: dict[str, str], limit: int | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    machine = available_bytes(tmp_path / "absent")
    assert available_bytes(tmp_path) == (limit or machine)
    assert machine > 100 * MB


def test_limits_are_shares_of_what_there_is_unless_they_are_set() -> None:
    assert MemoryLimits.of() == MemoryLimits(
        int(int(available_bytes() * 0.8) * 0.8), int(available_bytes() * 0.8)
    )
    assert MemoryLimits.of(1000) == MemoryLimits(800, 1000)
    assert MemoryLimits.of(1000, 300) == MemoryLimits(300, 1000)
    with pytest.raises(ConfigError, match="memory_soft_limit_bytes is 1000"):
        MemoryLimits.of(1000, 1000)


def test_resident_memory_is_that_of_this_process() -> None:
    before = resident_bytes()
    block = bytearray(b"x" * (64 * MB))
    assert resident_bytes() - before > 48 * MB
    assert len(block) == 64 * MB


def test_at_the_hard_limit_memory_is_given_back(process: Process) -> None:
    class Node:
        itself: Node

    def garbage() -> weakref.ref[Node]:
        node = Node()
        node.itself = node
        return weakref.ref(node)

    gc.disable()
    try:
        left, memory = garbage(), guard(process)
        assert memory.level() == "normal"
        assert left() is not None
        process.rss = HARD
        assert memory.level() == "hard"
        assert left() is None
    finally:
        gc.enable()


SENDERS = 60
SERVER = """
import asyncio
from otel_replay.memory import MemoryGuard
from otel_replay_receivers.otlp.server import OtlpServer

async def store(request):
    pass

async def main():
    server = OtlpServer(store, memory=MemoryGuard(bodies_bytes=32 << 20))
    print(*await server.start(("127.0.0.1", 0), ("127.0.0.1", 0)), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_many_slow_senders_of_much_do_not_fill_the_memory() -> None:
    """Each sends 4 MiB of the 60 it announces, and stops there: without a limit, 240 MiB."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split()[1]
        receiver = Receiver("", f"http://127.0.0.1:{port}", Instruments())
        before = _most_resident_mb(server.pid)
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(connected(receiver)) for _ in range(SENDERS)]
            for connection in connections:
                _send_a_part(connection)
            ready, _, _ = select.select(connections, [], [], 60)
            refused = {answer(connection)[0] for connection in ready}
            assert post(receiver).status_code in (200, 503)
        grown = _most_resident_mb(server.pid) - before
        wait_until(lambda: post(receiver).status_code == 200)
        server.terminate()
    assert refused == {503}
    assert grown < 100


def _send_a_part(connection: socket.socket) -> None:
    head = (
        b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        b"Content-Length: 60000000\r\n\r\n"
    )
    connection.sendall(head + b"x" * (4 * MB))


def _most_resident_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def test_worker_processes_share_the_limits() -> None:
    limits = MemoryLimits.of(800, 600).shared_by(4)
    assert limits == MemoryLimits(soft_bytes=150, hard_bytes=200)

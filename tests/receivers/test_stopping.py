"""Draining: what is under way is answered, new requests are refused retryably, in bounded time."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
import pytest
import requests

from tests.receivers.conftest import LoopThread, Receiver, Storage, start_receiver, wait_until
from tests.receivers.test_connections import BODY, HEAD, SERVICE, answer, is_closed

HEADERS = {"Content-Type": "application/x-protobuf"}


def stopping(loop: LoopThread, server: Any) -> Future[None]:
    """Begins to stop, without waiting for the end."""
    return asyncio.run_coroutine_threadsafe(server.stop(), loop.loop)


def wait_until_under_way(receiver: Receiver, **numbers: int) -> None:
    name = "otel_replay_requests_under_way"
    wait_until(lambda: all(receiver.figure(name, transport=t) == n for t, n in numbers.items()))


def test_what_is_under_way_is_answered_and_new_requests_are_refused(
    storage: Storage, event_loop_thread: LoopThread
) -> None:
    storage.open.clear()
    server, receiver = start_receiver(event_loop_thread, storage)
    with (
        ThreadPoolExecutor() as threads,
        grpc.insecure_channel(receiver.grpc) as channel,
        socket.create_connection(receiver.address, timeout=60) as keeping,
    ):
        export = channel.unary_unary(SERVICE)
        over_grpc = threads.submit(export, BODY, timeout=60)
        url = f"{receiver.http}/v1/traces"
        over_http = threads.submit(requests.post, url, BODY, headers=HEADERS, timeout=60)
        keeping.sendall(HEAD + BODY[:3])
        wait_until_under_way(receiver, http=2, grpc=1)
        stopped = stopping(event_loop_thread, server)
        with pytest.raises(grpc.RpcError) as error:
            export(BODY, timeout=60)
        refused: Any = error.value
        assert refused.code() is grpc.StatusCode.UNAVAILABLE
        assert not stopped.done()
        storage.open.set()
        keeping.sendall(BODY[3:])
        status, headers, _body = answer(keeping)
        assert (status, headers["connection"]) == (200, "close")
        assert over_http.result().status_code == 200
        over_grpc.result()
        stopped.result(60)
    assert len(storage.requests) == 3


def test_a_request_on_a_connection_that_is_kept_alive_is_refused_while_stopping(
    storage: Storage, event_loop_thread: LoopThread
) -> None:
    storage.open.clear()
    server, receiver = start_receiver(event_loop_thread, storage)
    with socket.create_connection(receiver.address, timeout=60) as connection:
        connection.sendall(HEAD + BODY)
        wait_until_under_way(receiver, http=1)
        server.drain()
        with socket.create_connection(receiver.address, timeout=60) as late:
            late.sendall(HEAD + BODY)
            status, headers, _body = answer(late)
            assert (status, headers["connection"]) == (503, "close")
            assert headers["retry-after"] == "1"
            assert is_closed(late)
        assert requests.get(f"{receiver.http}/healthz", timeout=60).status_code == 503
        storage.open.set()
        assert answer(connection)[0] == 200
    event_loop_thread.call(server.stop())
    assert len(storage.requests) == 1


def test_a_storage_that_does_not_answer_does_not_hold_up_the_end(
    storage: Storage, event_loop_thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_replay_receivers.otlp.server.DRAIN_S", 0.3)
    storage.open.clear()
    server, receiver = start_receiver(event_loop_thread, storage)
    try:
        with socket.create_connection(receiver.address, timeout=60) as connection:
            connection.sendall(HEAD + BODY)
            wait_until_under_way(receiver, http=1)
            stopping(event_loop_thread, server).result(60)
            status, headers, _body = answer(connection)
            assert (status, headers["connection"]) == (503, "close")
    finally:
        storage.open.set()

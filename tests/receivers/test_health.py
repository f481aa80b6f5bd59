"""Health checks as load balancers make them, over HTTP and gRPC."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import requests

from otel_replay.projects import IngestKey, Project
from otel_replay_receivers.access.access import Access
from tests.receivers.conftest import Receiver, Storage, running, wait_until

SERVING, NOT_SERVING, UNKNOWN = b"\x08\x01", b"\x08\x02", b"\x08\x03"
TRACES = b"opentelemetry.proto.collector.trace.v1.TraceService"


class Condition:
    """A readiness check whose answer the test gives."""

    def __init__(self) -> None:
        self.ready, self.calls = True, 0
        self.hold = threading.Event()
        self.hold.set()

    def __call__(self) -> bool:
        self.calls += 1
        self.hold.wait(60)
        return self.ready


@pytest.fixture
def condition() -> Condition:
    return Condition()


@pytest.fixture
def checked(
    condition: Condition, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Receiver]:
    """A receiver with keys, which health checks do not need; each check is made anew."""
    monkeypatch.setattr("otel_replay_receivers.otlp.health._FRESH_S", 0.01)
    access = Access([Project("shop", (IngestKey("some-shop-key"),))])
    with running(storage, access=access, ready=condition) as receiver:
        yield receiver


def healthz(receiver: Receiver) -> tuple[int, Any]:
    response = requests.get(f"{receiver.http}/healthz", timeout=60)
    return response.status_code, response.json()


def check(receiver: Receiver, service: bytes = b"") -> bytes:
    request = b"\x0a" + bytes([len(service)]) + service if service else b""
    with grpc.insecure_channel(receiver.grpc) as channel:
        answer: bytes = channel.unary_unary("/grpc.health.v1.Health/Check")(request, timeout=60)
    return answer


def settle(receiver: Receiver, wanted: int) -> None:
    wait_until(lambda: healthz(receiver)[0] == wanted)


def test_a_receiver_that_takes_requests_is_healthy(checked: Receiver) -> None:
    assert healthz(checked) == (200, {"status": "ok"})
    assert requests.head(f"{checked.http}/healthz", timeout=60).status_code == 200
    assert check(checked) == SERVING
    assert check(checked, TRACES) == SERVING


def test_without_storage_it_is_not_and_strangers_learn_no_more(
    checked: Receiver, condition: Condition
) -> None:
    condition.ready = False
    settle(checked, 503)
    assert healthz(checked) == (503, {"status": "unavailable"})
    assert check(checked) == NOT_SERVING
    condition.ready = True
    settle(checked, 200)


def test_a_check_that_hangs_is_a_no_and_is_made_once(
    checked: Receiver, condition: Condition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_replay_receivers.otlp.health._LONGEST_CHECK_S", 0.1)
    condition.hold.clear()
    settle(checked, 503)
    calls = condition.calls
    for _ in range(3):
        assert healthz(checked)[0] == 503
    assert condition.calls == calls
    condition.hold.set()
    settle(checked, 200)


def test_an_unknown_service_is_not_found(checked: Receiver) -> None:
    with pytest.raises(grpc.RpcError) as error:
        check(checked, b"some.Service")
    refused: Any = error.value
    assert refused.code() is grpc.StatusCode.NOT_FOUND


def test_a_watcher_is_told_of_changes(checked: Receiver, condition: Condition) -> None:
    with grpc.insecure_channel(checked.grpc) as channel:
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=60)
        assert next(watch) == SERVING
        condition.ready = False
        assert next(watch) == NOT_SERVING
        condition.ready = True
        assert next(watch) == SERVING
        watch.cancel()
    with grpc.insecure_channel(checked.grpc) as channel:
        unknown = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"\x0a\x01x", timeout=60)
        assert next(unknown) == UNKNOWN
        unknown.cancel()

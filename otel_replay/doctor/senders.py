"""Sends export requests as a sender does, over gRPC and HTTP, and says what came back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests

from otel_replay.doctor.web import Credentials, network_problem, refusal_text, session, shortened
from otel_replay.errors import ConfigError

TIMEOUT_S = 20.0
_SERVICES = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}


@dataclass(frozen=True)
class Answer:
    """What the receiver answered; `problem` is empty when it took the request."""

    ms: float
    code: str = ""
    """HTTP status or gRPC status name."""
    problem: str = ""


class Sender(Protocol):
    """Sends one request."""

    def __call__(self, signal: str, data: bytes) -> Answer:
        """Never raises for what the receiver or the network does."""


@contextmanager
def http_sender(url: str, credentials: Credentials) -> Iterator[Sender]:
    """Sends to an address such as ``http://127.0.0.1:4318``."""
    headers = {"Content-Type": "application/x-protobuf"}
    if credentials.key:
        headers["Authorization"] = f"Bearer {credentials.key}"
    with session(credentials) as direct:

        def send(signal: str, data: bytes) -> Answer:
            began = time.perf_counter()
            try:
                response = direct.post(
                    f"{url}/v1/{signal}", data, headers=headers, timeout=TIMEOUT_S
                )
            except requests.RequestException as exc:
                return Answer(_ms_since(began), "", network_problem(exc))
            if response.status_code == 200:
                return Answer(_ms_since(began), "200")
            problem = refusal_text(response) or response.reason
            return Answer(_ms_since(began), str(response.status_code), problem)

        yield send


@contextmanager
def grpc_sender(address: str, tls: bool, credentials: Credentials) -> Iterator[Sender]:
    """Sends to HOST:PORT. Raises ConfigError when a file of the credentials cannot be read."""
    import grpc

    metadata = (("authorization", f"Bearer {credentials.key}"),) if credentials.key else ()
    with _channel(address, tls, credentials) as channel:

        def send(signal: str, data: bytes) -> Answer:
            began = time.perf_counter()
            call = channel.unary_unary(f"/{_SERVICES[signal]}/Export")
            try:
                call(data, timeout=TIMEOUT_S, metadata=metadata)
            except grpc.RpcError as exc:
                return Answer(_ms_since(began), exc.code().name, shortened(exc.details()))
            return Answer(_ms_since(began), "OK")

        yield send


def _channel(address: str, tls: bool, credentials: Credentials) -> Any:
    import grpc

    if not tls:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(
        address,
        grpc.ssl_channel_credentials(
            _file(credentials.ca),
            _file(credentials.client_key),
            _file(credentials.client_certificate),
        ),
    )


def _file(name: str) -> bytes | None:
    if not name:
        return None
    try:
        return Path(name).read_bytes()
    except OSError as exc:
        raise ConfigError(f"{name} cannot be read ({exc.strerror}): name a PEM file") from exc


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000

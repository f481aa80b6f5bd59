"""Sends export requests as a sender does, over gRPC and HTTP, and says what came back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from google.rpc.status_pb2 import Status

from otel_replay.errors import ConfigError

TIMEOUT_S = 20.0
_SERVICES = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}
_LONGEST_MESSAGE = 300
_ERRNO = re.compile(r"\[Errno \d+\] ([\w ]+)")
_SSL = re.compile(r"(SSLError\(.*?\)|\[SSL[^]]*\][^)\"']*)")


@dataclass(frozen=True)
class Credentials:
    """How the doctor shows who it is, and whom it believes."""

    key: str = ""
    ca: str = ""
    """PEM file with the authority of the receiver's certificate; the system's when empty."""
    client_certificate: str = ""
    client_key: str = ""


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
    import requests

    headers = {"Content-Type": "application/x-protobuf"}
    if credentials.key:
        headers["Authorization"] = f"Bearer {credentials.key}"
    with requests.Session() as session:
        session.verify = credentials.ca or True
        if credentials.client_certificate:
            session.cert = (credentials.client_certificate, credentials.client_key)

        def send(signal: str, data: bytes) -> Answer:
            began = time.perf_counter()
            try:
                response = session.post(
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


def refusal_text(response: Any) -> str:
    """What a refusal says: the message of a google.rpc.Status, or the body as it is."""
    try:
        if "json" in response.headers.get("Content-Type", ""):
            return shortened(response.json()["message"])
        return shortened(Status.FromString(response.content).message)
    except Exception:  # noqa: BLE001 - whatever listens there, its answer is shown as it is
        return shortened(response.content.decode("utf-8", "replace"))


def network_problem(error: Exception) -> str:
    """What requests says of a connection that failed, without the layers around it."""
    text = str(error)
    match = _ERRNO.search(text) or _SSL.search(text)
    return shortened(match.group(1) if match else text)


def shortened(text: object) -> str:
    """The first line, not too long."""
    return str(text).strip().partition("\n")[0][:_LONGEST_MESSAGE]


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000

"""HTTP connections with bounds: on slow senders, on headers, on age, on how many there are.

uvicorn waits for ever for a request that has begun, and for the first one of a connection.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from otel_replay_receivers.otlp.http import (
    CROWDED,
    DEADLINE,
    JSON,
    failure_response,
)
from otel_replay_receivers.otlp.status import DEADLINE_EXCEEDED, INVALID_ARGUMENT, Failure

MAX_HEADER_BYTES = 64 * 1024
_AGE_SPREAD = 0.1
_PHRASES = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


@dataclass(frozen=True)
class Bounds:
    """What one connection may be."""

    request_timeout_s: float = 30
    """A request must have arrived whole in this time, and so must a connection's first."""
    max_age_s: float = 0
    """After this time the connection ends with the next answer; 0 for never."""
    max_connections: int = 0
    """More than this are answered 503; 0 for half of the files that the process may have open."""


class BoundedConnection(HttpToolsProtocol):
    """One connection. What its requests may know is in their `state`, see otlp/http.py."""

    def __init__(
        self, *args: Any, bounds: Bounds, refused: Callable[[str], None], **kwargs: Any
    ) -> None:
        """`refused` is told the reason of what does not become a request."""
        super().__init__(*args, **kwargs)
        self._bounds, self._refused = bounds, refused
        self._crowded = False
        self._timer: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._in_headers = False
        self._old_at = float("inf")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._crowded = len(self.connections) > (self._bounds.max_connections or _files() // 2)
        if self._bounds.max_age_s:
            # Spread, so that connections that began together do not end together.
            spread = 1 + random.uniform(-_AGE_SPREAD, _AGE_SPREAD)  # noqa: S311
            self._old_at = self.loop.time() + self._bounds.max_age_s * spread
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None:
            self._start_timer()
        if self._in_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > MAX_HEADER_BYTES:
            message = f"the headers are over {MAX_HEADER_BYTES} bytes"
            self._refuse(Failure(INVALID_ARGUMENT, 431, message, "too_large"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers, self._header_bytes = True, 0
        if self._timer is None:
            self._start_timer()
        assert self._timer is not None
        self.scope["state"][DEADLINE] = self._timer.when()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self.scope["state"][CROWDED] = self._crowded
        super().on_headers_complete()
        if self.loop.time() >= self._old_at:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._stop_timer()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """For what is not HTTP at all."""
        message = f"{msg} OTLP/HTTP is HTTP/1.1; gRPC has an address of its own"
        self._refuse(Failure(INVALID_ARGUMENT, 400, message, "malformed"))

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self._bounds.request_timeout_s, self._late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._in_headers:
            message = f"the headers did not arrive in {self._bounds.request_timeout_s:g} seconds"
            self._refuse(Failure(DEADLINE_EXCEEDED, 408, message, "timeout"))
        elif self.cycle is None or self.cycle.response_complete:
            # Nothing is wanted of us: no request has begun, or it has its answer already.
            self.transport.close()

    def _refuse(self, failure: Failure) -> None:
        if self.transport.is_closing():
            return
        self._refused(failure.reason)
        response = failure_response(failure, JSON)
        head = (
            f"HTTP/1.1 {response.status} {_PHRASES[response.status]}\r\n"
            f"content-type: {JSON}\r\ncontent-length: {len(response.body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + response.body)
        self.transport.close()


def _files() -> int:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if most == resource.RLIM_INFINITY else most

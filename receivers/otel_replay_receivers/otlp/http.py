"""OTLP over HTTP: an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format

from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp import encoding
from otel_replay_receivers.otlp.cors import Cors
from otel_replay_receivers.otlp.json import to_protobuf
from otel_replay_receivers.otlp.service import OtlpService
from otel_replay_receivers.otlp.status import (
    INVALID_ARGUMENT,
    NOT_FOUND,
    UNIMPLEMENTED,
    Failure,
    Refusal,
    failure_of,
)

logger = logging.getLogger(__name__)

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_PATHS: dict[str, SignalName] = {"/v1/traces": "traces", "/v1/logs": "logs"}
_METHODS = "POST, OPTIONS"

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = dict[str, str]


@dataclass(frozen=True)
class Response:
    """What is sent back."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class HttpReceiver:
    """Serves ``POST /v1/traces`` and ``/v1/logs``, protobuf and JSON."""

    def __init__(
        self, service: OtlpService, max_request_bytes: int, allowed_origins: Sequence[str]
    ) -> None:
        """`max_request_bytes` limits a body both as sent and decompressed."""
        self._service = service
        self._max_bytes = max_request_bytes
        self._cors = Cors(allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        origin = headers.get("origin", "")
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            response = self._preflight(headers, origin)
        else:
            response = await self._answer(scope, headers, receive)
        await _send(send, response, self._cors.headers(origin))

    def _preflight(self, headers: Headers, origin: str) -> Response:
        if not self._cors.allows(origin):
            failure = Failure(7, 403, self._cors.refusal(origin))
            return _failure_response(failure, JSON)
        wanted = headers.get("access-control-request-headers", "")
        return Response(204, "", b"", self._cors.preflight_headers(wanted))

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        reply_type = PROTOBUF if content_type == PROTOBUF else JSON
        try:
            signal = _signal(scope["path"], scope["method"])
            _check_content_type(content_type)
            body = await self._body(headers, receive)
            if content_type == JSON:
                body = to_protobuf(signal, body)
            message = await self._service.export(signal, body)
        except Exception as exc:  # noqa: BLE001 - the sender gets a status, whatever happens
            failure = failure_of(exc)
            if failure.http_status == 500:
                logger.exception("a request to %s failed unexpectedly", scope["path"])
            return _failure_response(failure, reply_type)
        return Response(200, reply_type, _serialize(message, reply_type))

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """Reads the whole body, within the limit before and after decompression."""
        decoder = encoding.decoder(headers.get("content-encoding", ""), self._max_bytes)
        declared = headers.get("content-length", "")
        if declared.isdigit():
            encoding.check_size(int(declared), self._max_bytes)
        parts: list[bytes] = []
        received = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(Failure(INVALID_ARGUMENT, 400, "the sender went away"))
            part = message.get("body", b"")
            received += len(part)
            encoding.check_size(received, self._max_bytes)
            parts.append(decoder.feed(part))
            if not message.get("more_body", False):
                parts.append(decoder.finish())
                return b"".join(parts)


def _signal(path: str, method: str) -> SignalName:
    signal = _PATHS.get(path.rstrip("/"))
    if signal is None:
        known = ", ".join(_PATHS)
        message = f"there is nothing at {path[:200]}: OTLP goes to {known}"
        if path.rstrip("/") == "/v1/metrics":
            message = "metrics are not accepted: send traces and logs here, metrics elsewhere"
            raise Refusal(Failure(UNIMPLEMENTED, 404, message))
        raise Refusal(Failure(NOT_FOUND, 404, message))
    if method != "POST":
        raise Refusal(Failure(UNIMPLEMENTED, 405, f"{path} takes POST, not {method[:20]}"))
    return signal


def _check_content_type(content_type: str) -> None:
    if content_type not in (PROTOBUF, JSON):
        message = f"Content-Type is {content_type[:80]!r}: expected {PROTOBUF} or {JSON}"
        raise Refusal(Failure(INVALID_ARGUMENT, 415, message))


def _failure_response(failure: Failure, reply_type: str) -> Response:
    headers: list[tuple[str, str]] = []
    if failure.retry_after_s is not None:
        headers.append(("retry-after", failure.retry_after_header))
    if failure.http_status == 405:
        headers.append(("allow", _METHODS))
    body = _serialize(failure.status(), reply_type)
    return Response(failure.http_status, reply_type, body, tuple(headers))


def _serialize(message: Any, reply_type: str) -> bytes:
    if reply_type == PROTOBUF:
        return bytes(message.SerializeToString())
    text: str = json_format.MessageToJson(message, indent=None)
    return text.encode()


async def _send(send: Send, response: Response, more: Sequence[tuple[str, str]]) -> None:
    headers = [*response.headers, *more, ("content-length", str(len(response.body)))]
    if response.content_type:
        headers.append(("content-type", response.content_type))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        }
    )
    await send({"type": "http.response.body", "body": response.body})

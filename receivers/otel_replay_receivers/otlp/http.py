"""OTLP over HTTP: an ASGI application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from google.protobuf import json_format

from otel_replay.telemetry import SIGNAL_NAMES, SignalName
from otel_replay_receivers.access.access import Access
from otel_replay_receivers.otlp import cors, encoding
from otel_replay_receivers.otlp.figures import Figures
from otel_replay_receivers.otlp.health import Health
from otel_replay_receivers.otlp.reception import Arrival, Reception, Take
from otel_replay_receivers.otlp.settings import settings_headers, shown_settings
from otel_replay_receivers.otlp.status import (
    INVALID_ARGUMENT,
    NOT_FOUND,
    UNIMPLEMENTED,
    Failure,
    Refusal,
    unavailable,
)

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
DEADLINE, CROWDED = "otel_replay.deadline", "otel_replay.crowded"
"""In the connection's state: when the request must be here, whether there are too many others."""
_CLOSE = ("connection", "close")
_HEALTH_PATH = "/healthz"
SETTINGS_PATH = "/v1/replay/settings"
_PATHS: dict[str, SignalName] = {f"/v1/{name}": name for name in SIGNAL_NAMES}
_EXPORT_METHODS, _READ_METHODS = "POST, OPTIONS", "GET, HEAD, OPTIONS"

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = dict[str, str]


@dataclass(frozen=True)
class Response:
    """What is sent back."""

    status: int
    content_type: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class HttpReceiver:
    """Serves ``POST /v1/{traces,logs,metrics}``, protobuf and JSON, ``GET /healthz``, and
    ``GET /v1/replay/settings`` for the browser SDK."""

    def __init__(
        self,
        reception: Reception,
        access: Access,
        health: Health,
        figures: Figures,
        *,
        max_request_bytes: int,
        request_timeout_s: float,
    ) -> None:
        """`max_request_bytes` limits a body both as sent and decompressed."""
        self._reception, self._access, self._health = reception, access, health
        self._figures = figures
        self._max_bytes, self._timeout_s = max_request_bytes, request_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        origin = headers.get("origin", "")
        try:
            response = await self._answer(scope, headers, receive)
        except Refusal as exc:
            response = failure_response(exc.failure, _reply_type(headers))
        except asyncio.CancelledError:
            # The server gives up on what is under way: the sender shall not.
            stopped = unavailable("the receiver has stopped: send again", "stopping")
            response = failure_response(stopped.failure, _reply_type(headers))
        allowed = bool(origin) and self._access.allows_page(origin)
        more = cors.response_headers(origin, allowed=allowed)
        if self._reception.stopping and _CLOSE not in response.headers:
            more += (_CLOSE,)
        await _send(send, response, more)

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        path, method = "/" + "/".join(filter(None, scope["path"].split("/"))), scope["method"]
        try:
            methods = _methods(path)
            if method == "OPTIONS":
                return self._options(headers, methods)
        except Refusal as exc:
            self._figures.turned_away(exc.failure.reason)
            raise
        if method not in methods.split(", "):
            self._figures.turned_away("method")
            return _wrong_method(path, method, methods, _reply_type(headers))
        if path == _HEALTH_PATH:
            return await self._healthz()
        if path == SETTINGS_PATH:
            return self._settings(headers)
        return await self._export(_PATHS[path], scope.get("state", {}), headers, receive)

    def _options(self, headers: Headers, methods: str) -> Response:
        if "access-control-request-method" not in headers:
            return Response(204, headers=(("allow", methods),))
        self._access.check_page(headers.get("origin", ""))
        wanted = headers.get("access-control-request-headers", "")
        return Response(204, headers=cors.preflight_headers(methods, wanted))

    async def _healthz(self) -> Response:
        ready = await self._health.ready()
        body = json.dumps({"status": "ok" if ready else "unavailable"}).encode()
        return Response(200 if ready else 503, JSON, body, (("cache-control", "no-store"),))

    def _settings(self, headers: Headers) -> Response:
        """Under the same rules as an export: key, origin, rate."""
        try:
            settings = self._reception.admit_reader(headers).settings
        except Refusal as exc:
            self._figures.turned_away(exc.failure.reason)
            raise
        shown = shown_settings(settings)
        unchanged = headers.get("if-none-match") == shown.tag
        body = b"" if unchanged else shown.body
        return Response(304 if unchanged else 200, JSON, body, settings_headers(shown.tag))

    async def _export(
        self, signal: SignalName, state: Mapping[str, Any], headers: Headers, receive: Receive
    ) -> Response:
        content_type = _content_type(headers)
        declared = headers.get("content-length", "")
        declared_bytes = int(declared) if declared.isdigit() else 0

        async def read(take: Take) -> bytes:
            if state.get(CROWDED):
                raise unavailable("there are too many connections: send again", "connections")
            _check_content_type(content_type)
            decoder = encoding.decoder(headers.get("content-encoding", ""), self._max_bytes)
            encoding.check_size(declared_bytes, self._max_bytes)
            return await _body(receive, decoder, self._max_bytes, take)

        latest = asyncio.get_running_loop().time() + self._timeout_s
        arrival = Arrival(
            signal,
            "http",
            headers,
            read,
            deadline=state.get(DEADLINE, latest),
            declared_bytes=declared_bytes,
            is_json=content_type == JSON,
        )
        message = await self._reception.receive(arrival)
        return Response(200, content_type, _serialize(message, content_type))


async def _body(receive: Receive, decoder: encoding.Decoder, max_bytes: int, take: Take) -> bytes:
    """Reads the whole body, within the limit before and after decompression."""
    parts: list[bytes] = []
    received = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(Failure(INVALID_ARGUMENT, 400, "the sender went away", "disconnected"))
        part = message.get("body", b"")
        received += len(part)
        encoding.check_size(received, max_bytes)
        decoded = decoder.feed(part)
        take(len(decoded))
        parts.append(decoded)
        if not message.get("more_body", False):
            decoder.finish()
            return b"".join(parts)


def _methods(path: str) -> str:
    """What may be done at a path. Raises Refusal where there is nothing."""
    if path in (_HEALTH_PATH, SETTINGS_PATH):
        return _READ_METHODS
    if path not in _PATHS:
        message = f"there is nothing at {path[:200]}: OTLP goes to {', '.join(_PATHS)}"
        raise Refusal(Failure(NOT_FOUND, 404, message, "not_found"))
    return _EXPORT_METHODS


def _headers(scope: Scope) -> Headers:
    """By lower-case name. Splunk's agent can send its key in the query only (``?auth=KEY``)."""
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
    if "authorization" not in headers and (query := scope.get("query_string", b"")):
        for key in parse_qs(query.decode("latin-1")).get("auth", [])[:1]:
            headers["authorization"] = key
    return headers


def _content_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_content_type(content_type: str) -> None:
    if content_type not in (PROTOBUF, JSON):
        message = f"Content-Type is {content_type[:80]!r}: expected {PROTOBUF} or {JSON}"
        raise Refusal(Failure(INVALID_ARGUMENT, 415, message, "content_type"))


def _reply_type(headers: Headers) -> str:
    return PROTOBUF if _content_type(headers) == PROTOBUF else JSON


def _wrong_method(path: str, method: str, methods: str, reply_type: str) -> Response:
    message = f"{path[:200]} takes {methods}, not {method[:20]}"
    response = failure_response(Failure(UNIMPLEMENTED, 405, message, "method"), reply_type)
    return replace(response, headers=(*response.headers, ("allow", methods)))


def failure_response(failure: Failure, reply_type: str) -> Response:
    """A refusal as a google.rpc.Status in the request's encoding."""
    headers: list[tuple[str, str]] = []
    if failure.retry_after_s is not None:
        headers.append(("retry-after", failure.retry_after_header))
    if failure.http_status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if failure.closes:
        headers.append(_CLOSE)
    body = _serialize(failure.status(), reply_type)
    return Response(failure.http_status, reply_type, body, tuple(headers))


def _serialize(message: Any, reply_type: str) -> bytes:
    if reply_type == PROTOBUF:
        return bytes(message.SerializeToString())
    text: str = json_format.MessageToJson(message, indent=None)
    return text.encode()


async def _send(send: Send, response: Response, more: Sequence[tuple[str, str]]) -> None:
    headers = [*response.headers, *more]
    if response.status not in (204, 304):  # They have no body: RFC 9110, section 8.6.
        headers.append(("content-length", str(len(response.body))))
        headers.append(("content-type", response.content_type))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        }
    )
    await send({"type": "http.response.body", "body": response.body})

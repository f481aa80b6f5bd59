"""Whether the receiver takes requests: for load balancers, over HTTP and gRPC."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from otel_replay_receivers.otlp.signals import SIGNALS

_FRESH_S = 1.0
_LONGEST_CHECK_S = 5.0
_SERVICE = "grpc.health.v1.Health"
_SERVING, _NOT_SERVING, _SERVICE_UNKNOWN = b"\x08\x01", b"\x08\x02", b"\x08\x03"
"""HealthCheckResponse, whose one field is the status."""
_SERVICES = frozenset({"", *(signal.service for signal in SIGNALS.values())})


class Health:
    """Asks `check` at most once a second, in a thread of its own, as it may wait for storage."""

    def __init__(self, check: Callable[[], bool] = lambda: True) -> None:
        self._check = check
        self._checking: asyncio.Task[bool] | None = None
        self._ready, self._checked_at = False, -1e9
        self._stopping = False

    def drain(self) -> None:
        """From now on the answer is no."""
        self._stopping = True

    async def ready(self) -> bool:
        """False also when the check takes too long."""
        if time.monotonic() - self._checked_at >= _FRESH_S:
            if self._checking is None or self._checking.done():
                self._checking = asyncio.create_task(self._run())
            await asyncio.wait({self._checking}, timeout=_LONGEST_CHECK_S)
            if not self._checking.done():
                return False
        return self._ready and not self._stopping

    async def _run(self) -> bool:
        try:
            self._ready = await asyncio.to_thread(self._check)
        finally:
            self._checked_at = time.monotonic()
        return self._ready


class HealthService:
    """grpc.health.v1.Health. Source: gRPC health checking protocol."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def handler(self) -> Any:
        """For grpc.Server.add_generic_rpc_handlers."""
        methods = {
            "Check": grpc.unary_unary_rpc_method_handler(self._check),
            "Watch": grpc.unary_stream_rpc_method_handler(self._watch),
        }
        return grpc.method_handlers_generic_handler(_SERVICE, methods)

    async def _check(self, data: bytes, context: Any) -> bytes:
        status = await self._status(data)
        if status == _SERVICE_UNKNOWN:
            names = ", ".join(sorted(_SERVICES - {""}))
            await context.abort(grpc.StatusCode.NOT_FOUND, f"expected one of {names}, or none")
        return status

    async def _watch(self, data: bytes, context: Any) -> AsyncIterator[bytes]:
        said = b""
        while not context.done():
            status = await self._status(data)
            if status != said:
                yield status
                said = status
            await asyncio.sleep(_FRESH_S)

    async def _status(self, data: bytes) -> bytes:
        if _REQUEST.FromString(data).service not in _SERVICES:
            return _SERVICE_UNKNOWN
        return _SERVING if await self._health.ready() else _NOT_SERVING


def _request_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="otel_replay/health.proto", package="otel_replay", syntax="proto3"
    )
    field = file.message_type.add(name="HealthCheckRequest").field.add(name="service", number=1)
    field.type = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
    field.label = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("otel_replay.HealthCheckRequest")
    )


_REQUEST: Any = _request_class()

"""OTLP over gRPC."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp.listening import listen
from otel_replay_receivers.otlp.service import OtlpService
from otel_replay_receivers.otlp.status import UNIMPLEMENTED, Failure, failure_of

logger = logging.getLogger(__name__)

_SERVICES: dict[SignalName, str] = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
}
_METRICS_SERVICE = "opentelemetry.proto.collector.metrics.v1.MetricsService"
_METRICS_REFUSED = Failure(
    UNIMPLEMENTED, 404, "metrics are not accepted: send traces and logs here, metrics elsewhere"
)
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_STATUS_DETAILS = "grpc-status-details-bin"


class GrpcReceiver:
    """Serves the trace and logs services on one address."""

    def __init__(self, service: OtlpService, max_request_bytes: int) -> None:
        """`max_request_bytes` is the limit of one message after decompression."""
        self._service = service
        self._server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", max_request_bytes),
                ("grpc.so_reuseport", 0),
            ]
        )
        for signal, name in _SERVICES.items():
            self._add(name, self._export(signal))
        self._add(_METRICS_SERVICE, _refuse_metrics)

    async def start(self, host: str, port: int) -> int:
        """Listens; returns the port. Raises ConfigError when the address cannot be had."""
        # Bound once by ourselves: the library would log a failure in words of its own.
        listen(host, port, "OTLP/gRPC", "--otlp-grpc").close()
        bound = self._server.add_insecure_port(f"{host}:{port}")
        await self._server.start()
        return int(bound)

    async def stop(self, grace_s: float) -> None:
        """Takes no new requests, and gives those under way `grace_s` seconds."""
        await self._server.stop(grace_s)

    def _add(self, service: str, export: Callable[[bytes, Any], Awaitable[bytes]]) -> None:
        # Without serializers, requests and responses are bytes.
        handler = grpc.unary_unary_rpc_method_handler(export)
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(service, {"Export": handler}),)
        )

    def _export(self, signal: SignalName) -> Callable[[bytes, Any], Awaitable[bytes]]:
        async def export(data: bytes, context: Any) -> bytes:
            try:
                response = await self._service.export(signal, data)
            except Exception as exc:  # noqa: BLE001 - the sender gets a status, whatever happens
                failure = failure_of(exc)
                if failure.http_status == 500:
                    logger.exception("a %s request failed unexpectedly", signal)
                await _abort(context, failure)
                raise
            return bytes(response.SerializeToString())

        return export


async def _refuse_metrics(_data: bytes, context: Any) -> bytes:
    await _abort(context, _METRICS_REFUSED)
    return b""


async def _abort(context: Any, failure: Failure) -> None:
    details = failure.status().SerializeToString()
    context.set_trailing_metadata(((_STATUS_DETAILS, details),))
    await context.abort(_CODES[failure.grpc_code], failure.message)

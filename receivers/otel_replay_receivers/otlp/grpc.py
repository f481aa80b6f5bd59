"""OTLP over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from otel_replay.errors import ConfigError
from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp.health import Health, HealthService
from otel_replay_receivers.otlp.listening import listen
from otel_replay_receivers.otlp.reception import Arrival, Reception, Take
from otel_replay_receivers.otlp.signals import SIGNALS
from otel_replay_receivers.otlp.status import RESOURCE_EXHAUSTED, Failure, Refusal
from otel_replay_receivers.otlp.tls import Tls

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_STATUS_DETAILS = "grpc-status-details-bin"
_LEAST_PING_INTERVAL_S = 10


@dataclass(frozen=True)
class GrpcOptions:
    """How connections and messages may be."""

    max_request_bytes: int = 64 * 1024 * 1024
    """Limit of one message, as sent and decompressed."""
    request_timeout_s: float = 30
    max_connection_age_s: float = 0
    """Connections end after this time, what is under way first; 0 for never."""
    keepalive_time_s: float = 7200
    keepalive_timeout_s: float = 20
    reuse_port: bool = False

    def channel_arguments(self) -> list[tuple[str, int]]:
        """In the words of the gRPC library (grpc/impl/channel_arg_names.h)."""
        arguments = {
            "max_receive_message_length": self.max_request_bytes,
            "so_reuseport": int(self.reuse_port),
            "keepalive_time_ms": _ms(self.keepalive_time_s),
            "keepalive_timeout_ms": _ms(self.keepalive_timeout_s),
            "keepalive_permit_without_calls": 1,
            # The library's own limit, 5 minutes, disconnects senders that ping more often.
            "http2.min_recv_ping_interval_without_data_ms": _ms(_LEAST_PING_INTERVAL_S),
        }
        if self.max_connection_age_s:
            arguments["max_connection_age_ms"] = _ms(self.max_connection_age_s)
            arguments["max_connection_age_grace_ms"] = _ms(self.request_timeout_s)
        return [(f"grpc.{name}", value) for name, value in arguments.items()]


class GrpcReceiver:
    """Serves the export services of all signals, and the health service, on one address."""

    def __init__(
        self, reception: Reception, health: Health, options: GrpcOptions, tls: Tls | None
    ) -> None:
        """Raises ConfigError when `tls` cannot be used."""
        self._reception, self._options = reception, options
        self._credentials = tls.grpc_credentials() if tls is not None else None
        self._server = grpc.aio.server(options=options.channel_arguments())
        for name, signal in SIGNALS.items():
            # As a stream of one message, which on the wire is the same: so a sender is known, and
            # its time counted, before its message is read. Without serializers, they are bytes.
            handler = grpc.stream_unary_rpc_method_handler(self._export(name))
            self._server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(signal.service, {"Export": handler}),)
            )
        self._server.add_generic_rpc_handlers((HealthService(health).handler(),))

    async def start(self, host: str, port: int) -> int:
        """Listens; returns the port. Raises ConfigError when the address cannot be had."""
        # Bound once by ourselves: the library would log a failure in words of its own.
        reuse_port = self._options.reuse_port
        listen(host, port, "OTLP/gRPC", "--otlp-grpc", reuse_port=reuse_port).close()
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if self._credentials is None:
                bound = self._server.add_insecure_port(address)
            else:
                bound = self._server.add_secure_port(address, self._credentials)
        except RuntimeError as exc:
            raise ConfigError(f"OTLP/gRPC cannot listen on {address}: {exc}") from exc
        await self._server.start()
        return int(bound)

    async def stop(self, grace_s: float) -> None:
        """Takes no new requests, and gives those under way `grace_s` seconds."""
        await self._server.stop(grace_s)

    def _export(self, signal: SignalName) -> Callable[[Any, Any], Awaitable[bytes]]:
        async def export(_messages: Any, context: Any) -> bytes:
            async def read(take: Take) -> bytes:
                return await self._message(context, take)

            metadata = context.invocation_metadata() or ()
            arrival = Arrival(
                signal,
                "grpc",
                {key: value for key, value in metadata if isinstance(value, str)},
                read,
                deadline=asyncio.get_running_loop().time() + self._options.request_timeout_s,
            )
            try:
                response = await self._reception.receive(arrival)
            except Refusal as exc:
                await _abort(context, exc.failure)
                raise
            return bytes(response.SerializeToString())

        return export

    async def _message(self, context: Any, take: Take) -> bytes:
        message = await context.read()
        if message is grpc.aio.EOF:
            # The library has answered a message over the limit already, with this very code.
            limit = self._options.max_request_bytes
            text = (
                f"no message came, or one over {limit} bytes, which is the limit of one request:"
                " send smaller batches, or raise max_request_bytes"
            )
            raise Refusal(Failure(RESOURCE_EXHAUSTED, 413, text, "too_large"))
        take(len(message))
        return bytes(message)


async def _abort(context: Any, failure: Failure) -> None:
    details = failure.status().SerializeToString()
    context.set_trailing_metadata(((_STATUS_DETAILS, details),))
    await context.abort(_CODES[failure.grpc_code], failure.message)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)

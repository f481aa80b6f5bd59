"""Both OTLP servers as one component that starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

import uvicorn

from otel_replay.errors import ConfigError
from otel_replay.telemetry import Consumer
from otel_replay_receivers.otlp.cors import LOOPBACK_ORIGINS
from otel_replay_receivers.otlp.grpc import GrpcReceiver
from otel_replay_receivers.otlp.http import HttpReceiver
from otel_replay_receivers.otlp.listening import listen
from otel_replay_receivers.otlp.service import OtlpService

_DRAIN_S = 20


class _Server(uvicorn.Server):
    """Signals belong to the whole process, not to one of its servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class OtlpServer:
    """Receives OTLP over gRPC and HTTP and hands requests to `consumer`."""

    def __init__(
        self,
        consumer: Consumer,
        *,
        max_request_bytes: int = 64 * 1024 * 1024,
        allowed_origins: Sequence[str] = (),
    ) -> None:
        self.service = OtlpService(consumer)
        self._grpc = GrpcReceiver(self.service, max_request_bytes)
        self._app = HttpReceiver(
            self.service, max_request_bytes, tuple(allowed_origins) or LOOPBACK_ORIGINS
        )
        self._http: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self, grpc: tuple[str, int], http: tuple[str, int]) -> tuple[int, int]:
        """Listens on both addresses (host, port); returns the ports, gRPC's first.

        Raises ConfigError when one cannot be had.
        """
        listening = listen(*http, "OTLP/HTTP", "--otlp-http")
        try:
            grpc_port = await self._grpc.start(*grpc)
        except ConfigError:
            listening.close()
            raise
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_DRAIN_S,
        )
        self._http = _Server(config)
        self._serving = asyncio.create_task(self._http.serve(sockets=[listening]))
        while not self._http.started:
            if self._serving.done():
                self._serving.result()
                raise ConfigError("OTLP/HTTP did not start, see the log")
            await asyncio.sleep(0.01)
        return grpc_port, int(listening.getsockname()[1])

    async def stop(self) -> None:
        """Takes no new requests; returns when those under way are answered."""
        if self._http is not None:
            self._http.should_exit = True
        await self._grpc.stop(_DRAIN_S)
        if self._serving is not None:
            await self._serving

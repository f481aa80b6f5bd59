"""Both OTLP servers as one component that starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn

from otel_replay.errors import ConfigError
from otel_replay.instruments import Instruments
from otel_replay.memory import SAMPLE_S, MemoryGuard
from otel_replay.telemetry import Consumer
from otel_replay.usage import UsageLedger
from otel_replay_receivers.access.access import Access
from otel_replay_receivers.otlp.connections import BoundedConnection, Bounds
from otel_replay_receivers.otlp.figures import Figures
from otel_replay_receivers.otlp.grpc import GrpcOptions, GrpcReceiver
from otel_replay_receivers.otlp.health import Health
from otel_replay_receivers.otlp.http import HttpReceiver
from otel_replay_receivers.otlp.listening import listen
from otel_replay_receivers.otlp.reception import Reception
from otel_replay_receivers.otlp.service import OtlpService
from otel_replay_receivers.otlp.tls import Tls

DRAIN_S: float = 20
"""What is under way may take so long once the server stops; then it is given up, retryably."""
_CLOSE_S = 1
"""For answers to be on their way, once all are known."""
_IDLE_S = 75


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
        access: Access | None = None,
        instruments: Instruments | None = None,
        usage: UsageLedger | None = None,
        memory: MemoryGuard | None = None,
        tls: Tls | None = None,
        request_timeout_s: float = 30,
        max_connection_age_s: float = 0,
        keepalive_time_s: float = 7200,
        keepalive_timeout_s: float = 20,
        reuse_port: bool = False,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """`ready` says whether storage answers; it is called in a thread. Without `access`,
        everybody may send. Raises ConfigError when `tls` cannot be used."""
        instruments = instruments or Instruments()
        access = access or Access()
        figures = Figures(instruments, usage)
        memory = memory or MemoryGuard(instruments=instruments)
        self._health = Health(ready)
        self._reception = Reception(OtlpService(consumer, figures), access, memory, figures)
        options = GrpcOptions(
            max_request_bytes=max_request_bytes,
            request_timeout_s=request_timeout_s,
            max_connection_age_s=max_connection_age_s,
            keepalive_time_s=keepalive_time_s,
            keepalive_timeout_s=keepalive_timeout_s,
            reuse_port=reuse_port,
        )
        self._grpc = GrpcReceiver(self._reception, self._health, options, tls)
        self._app = HttpReceiver(
            self._reception,
            access,
            self._health,
            figures,
            max_request_bytes=max_request_bytes,
            request_timeout_s=request_timeout_s,
        )
        bounds = Bounds(request_timeout_s, max_connection_age_s)
        self._connection = partial(BoundedConnection, bounds=bounds, refused=figures.turned_away)
        self._tls = tls.http_context() if tls is not None else None
        self._reuse_port = reuse_port
        self._http: _Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, grpc: tuple[str, int], http: tuple[str, int]) -> tuple[int, int]:
        """Listens on both addresses (host, port); returns the ports, gRPC's first.

        Raises ConfigError when one cannot be had.
        """
        listening = listen(*http, "OTLP/HTTP", "--otlp-http", reuse_port=self._reuse_port)
        try:
            grpc_port = await self._grpc.start(*grpc)
        except ConfigError:
            listening.close()
            raise
        self._http = _Server(_config(self._app, self._connection, self._tls))
        serving = asyncio.create_task(self._http.serve(sockets=[listening]))
        while not self._http.started:
            if serving.done():
                serving.result()
                raise ConfigError("OTLP/HTTP did not start, see the log")
            await asyncio.sleep(0.01)
        self._tasks = [serving, asyncio.create_task(self._watch_memory())]
        return grpc_port, int(listening.getsockname()[1])

    def drain(self) -> None:
        """From now on new requests are refused, retryably, and health checks say no."""
        self._health.drain()
        self._reception.drain()

    async def stop(self) -> None:
        """Takes no new requests; returns when those under way are answered, or given up."""
        # The servers stay until then: a gRPC server that stops leaves calls that come just now
        # without an answer until the last one under way has its own.
        self.drain()
        await self._reception.wait_until_idle(DRAIN_S)
        if self._http is not None:
            self._http.should_exit = True
        await self._grpc.stop(_CLOSE_S)
        for task in self._tasks:
            await task

    async def _watch_memory(self) -> None:
        while not self._reception.stopping:
            self._reception.relieve()
            await asyncio.sleep(SAMPLE_S)


def _config(
    app: HttpReceiver, connection: Callable[..., BoundedConnection], tls: ssl.SSLContext | None
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=connection,  # type: ignore[arg-type]
        ws="none",
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_CLOSE_S,
    )

"""Several receiver processes on the same ports, for a ClickHouse server behind them.

The kernel spreads connections over the processes (SO_REUSEPORT). This process only holds the ports,
keeps the workers running, and answers for all of them.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from otel_replay.config import Listen, Settings
from otel_replay.errors import ConfigError
from otel_replay.exposition import DIRECTORY_VARIABLE

logger = logging.getLogger(__name__)

_DRAIN_S = 30.0
_SHORTEST_LIFE_S = 1.0
_LONGEST_PAUSE_S = 30.0

Target = Callable[[Settings, Connection], None]
"""Runs one worker until SIGTERM, or until the other end of the connection is closed; sends True
once it is ready."""


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    """Ours of the pipe: the worker says by it that it is ready, and ends when it is closed."""
    started: float
    ready: bool = False


class Workers:
    """Starts `settings.workers` processes and replaces those that end; a context manager."""

    def __init__(self, settings: Settings, target: Target) -> None:
        self._target = target
        self._context = multiprocessing.get_context("spawn")
        self._stack = contextlib.ExitStack()
        self._settings = settings
        self._workers: dict[int, _Worker] = {}
        self._pauses: dict[int, float] = {}

    def __enter__(self) -> Workers:
        """Raises ConfigError when a port cannot be had."""
        with contextlib.ExitStack() as stack:
            self._settings = replace(
                self._settings,
                otlp_grpc=stack.enter_context(held_port(self._settings.otlp_grpc, "--otlp-grpc")),
                otlp_http=stack.enter_context(held_port(self._settings.otlp_http, "--otlp-http")),
            )
            figures = stack.enter_context(tempfile.TemporaryDirectory(prefix="otel-replay-"))
            os.environ[DIRECTORY_VARIABLE] = figures
            stack.callback(os.environ.pop, DIRECTORY_VARIABLE)
            for index in range(self._settings.workers):
                self._start(index)
            stack.callback(self._stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    @property
    def settings(self) -> Settings:
        """With the ports that were taken."""
        return self._settings

    def problems(self) -> str:
        """What is wrong, or ''."""
        missing = sum(not worker.ready for worker in self._workers.values())
        return f"{missing} of {len(self._workers)} workers are not ready" if missing else ""

    def supervise(self) -> None:
        """Looks after the workers once; to be called again and again."""
        for index, worker in list(self._workers.items()):
            with contextlib.suppress(EOFError, OSError):
                if not worker.ready and worker.connection.poll():
                    worker.ready = bool(worker.connection.recv())
            if worker.process.exitcode is not None:
                self._replace(index, worker)

    def _replace(self, index: int, worker: _Worker) -> None:
        if worker.ready:
            worker.ready = False
            logger.error(
                "worker %d (process %d) ended with %s and is started again",
                *(index, worker.process.pid, worker.process.exitcode),
            )
        lived_s = time.monotonic() - worker.started
        pause_s = self._pauses.get(index, _SHORTEST_LIFE_S)
        if lived_s >= pause_s:
            self._pauses[index] = min(2 * pause_s, _LONGEST_PAUSE_S) if lived_s < 60 else 1.0
            worker.connection.close()
            self._start(index)

    def _start(self, index: int) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=self._target, args=(self._settings, theirs), name=f"worker-{index}"
        )
        process.start()
        theirs.close()
        self._workers[index] = _Worker(process, ours, time.monotonic())

    def _stop(self) -> None:
        deadline = time.monotonic() + _DRAIN_S
        for worker in self._workers.values():
            worker.process.terminate()
        for worker in self._workers.values():
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.exitcode is None:
                logger.error("process %d does not end and is killed", worker.process.pid)
                worker.process.kill()
                worker.process.join()
            worker.connection.close()


@contextlib.contextmanager
def held_port(listen: Listen, flag: str) -> Iterator[Listen]:
    """Keeps a port for processes that share it; port 0 becomes a free one. Raises ConfigError."""
    try:
        family = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as alone:
            # Shared ports would let a second otel-replay join in unnoticed.
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((listen.host, listen.port))
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((listen.host, listen.port))
    except OSError as exc:
        raise ConfigError(
            f"cannot listen on {listen} ({exc.strerror}): stop what uses that port, or choose"
            f" another with {flag}"
        ) from exc
    with held:
        yield Listen(listen.host, int(held.getsockname()[1]))


def end_with_parent(connection: Connection) -> None:
    """In a worker: Ctrl-C is for the parent; when that is gone, this process drains and ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            connection.recv()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()

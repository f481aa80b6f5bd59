"""Serves a WSGI application from threads of this process."""

from __future__ import annotations

import logging
import threading
from typing import Any

import waitress
from waitress import wasyncore

from otel_replay.errors import ConfigError

_LOOK_S = 0.25
"""How often the polling thread looks whether it is to stop."""


class WsgiServer:
    """Listens from construction on; answers from `start` to `stop`."""

    def __init__(self, app: Any, host: str, port: int, *, name: str, flag: str) -> None:
        """`name` and `flag` are for the message when the address cannot be had (ConfigError)."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        try:
            self._server = waitress.create_server(
                app,
                host=host,
                port=port,
                threads=16,
                ident="",
                channel_timeout=60,
                # So that who answers may ask whether the client is still there.
                channel_request_lookahead=1,
                # A response is streamed to the client once it is larger than this.
                outbuf_high_watermark=8 * 1024 * 1024,
            )
        except OSError as exc:
            raise ConfigError(
                f"{name} cannot listen on {host}:{port} ({exc.strerror}): stop what uses that"
                f" port, or choose another with {flag}"
            ) from exc
        self.port = int(self._server.effective_port)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Requests under way have 5 s to end; then all connections are closed."""
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        """Polls until the stop, then closes all: sockets belong to the thread that polls them.

        With poll(): select(), waitress' default, ends for good once 1,024 files are open.
        """
        connections = self._server._map
        while not self._stopping.is_set():
            wasyncore.loop(timeout=_LOOK_S, use_poll=True, map=connections, count=1)
        wasyncore.close_all(connections, ignore_all=True)

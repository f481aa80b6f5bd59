"""Serves /metrics and /healthz of a process that has no pages."""

from __future__ import annotations

from collections.abc import Callable

from otel_replay.config import Listen
from otel_replay.exposition import status_app
from otel_replay.instruments import Instruments
from otel_replay_ui.server import WsgiServer


def status_server(
    listen: Listen, instruments: Instruments, problems: Callable[[], list[str]]
) -> WsgiServer:
    """A server that listens, and answers once it is started. Raises ConfigError.

    `problems` answers what keeps the process from being ready, nothing when it is.
    """
    app = status_app(instruments, problems)
    return WsgiServer(app, listen.host, listen.port, name="the status server", flag="--status")

"""Bind the demo's sockets before its processes start, so that a taken port is known at once."""

from __future__ import annotations

import errno
import socket

from otel_replay.errors import ConfigError

BACKLOG = 128


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; ``port`` 0 takes a free one.

    Raises ConfigError when the port is in use or the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as exc:
        listener.close()
        raise ConfigError(_explain(host, port, exc)) from exc
    return listener


def bind_pair(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Return sockets for the shop at ``port`` and for the service behind it at the next one."""
    shop = bind(host, port)
    try:
        return shop, bind(host, port + 1 if port else 0)
    except ConfigError:
        shop.close()
        raise


def address_of(listener: socket.socket) -> str:
    """Return the URL of ``listener`` as a client on this machine reaches it."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _explain(host: str, port: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"The demo shop cannot listen on {host}:{port}: the port is in use. Stop the program "
            "that uses it, or choose another address with --demo-shop HOST:PORT "
            "(the shop takes that port and the next one)"
        )
    return (
        f"The demo shop cannot listen on {host}:{port}: {error}. Choose another address with "
        "--demo-shop HOST:PORT"
    )

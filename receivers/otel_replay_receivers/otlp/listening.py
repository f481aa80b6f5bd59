"""Sockets to listen on, with the remedy in the message when one cannot be had."""

from __future__ import annotations

import socket

from otel_replay.errors import ConfigError


def listen(host: str, port: int, name: str, flag: str) -> socket.socket:
    """Returns a bound socket. `name` and `flag` are for the message. Raises ConfigError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as exc:
        raise ConfigError(
            f"{name} cannot listen on {host}:{port} ({exc.strerror}): stop what uses that port,"
            f" or choose another with {flag}"
        ) from exc
    return listening

"""Sockets to listen on, with the remedy in the message when one cannot be had."""

from __future__ import annotations

import socket

from otel_replay.errors import ConfigError


def listen(
    host: str, port: int, name: str, flag: str, *, reuse_port: bool = False
) -> socket.socket:
    """Returns a bound socket. `name` and `flag` are for the message; with `reuse_port`, other
    processes may listen there too. Raises ConfigError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return _bound(socket.socket(family, socket.SOCK_STREAM), (host, port), reuse_port)
    except OSError as exc:
        raise ConfigError(
            f"{name} cannot listen on {host}:{port} ({exc.strerror}): stop what uses that port,"
            f" or choose another with {flag}"
        ) from exc


def _bound(listening: socket.socket, address: tuple[str, int], reuse_port: bool) -> socket.socket:
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening

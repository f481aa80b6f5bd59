"""Run one Flask application as a process: on a socket it is given, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from types import FrameType

import flask
import waitress.server

THREADS = 8


def serve(app: flask.Flask, listener: socket.socket) -> None:
    """Answer requests on ``listener`` until SIGTERM or SIGINT."""
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, _exit)
    server = waitress.server.create_server(app, sockets=[listener], threads=THREADS, ident=None)
    try:
        server.run()
    finally:
        server.close()


def stop_when_parent_goes() -> None:
    """Stop this process as soon as its standard input ends.

    The parent holds the other end of that pipe, so it ends even when the parent is killed.
    """
    threading.Thread(target=_wait_for_end_of_input, daemon=True).start()


def _wait_for_end_of_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _exit(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)

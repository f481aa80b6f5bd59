"""``python -m otel_replay.demo.inventory``: the inventory as a process of its own."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

from otel_replay.demo.inventory.app import create_app
from otel_replay.demo.service import serve, stop_when_parent_goes
from otel_replay.demo.telemetry import instrument_app, telemetry


def main() -> None:
    """Serve until the parent process goes away."""
    parser = argparse.ArgumentParser(prog="python -m otel_replay.demo.inventory")
    parser.add_argument("--listener", type=int, required=True, help="inherited listening socket")
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    options = parser.parse_args()
    stop_when_parent_goes()
    with telemetry():
        app = create_app(options.data / "inventory.sqlite3")
        instrument_app(app)
        serve(app, socket.socket(fileno=options.listener))


if __name__ == "__main__":
    main()

"""``python -m otel_replay.demo.checkout``: the shop as a process of its own."""

from __future__ import annotations

import argparse
import socket

from otel_replay.demo.checkout.app import create_app
from otel_replay.demo.checkout.inventory_client import InventoryClient
from otel_replay.demo.service import serve, stop_when_parent_goes
from otel_replay.demo.telemetry import instrument_app, telemetry


def main() -> None:
    """Serve until the parent process goes away."""
    parser = argparse.ArgumentParser(prog="python -m otel_replay.demo.checkout")
    parser.add_argument("--listener", type=int, required=True, help="inherited listening socket")
    parser.add_argument("--inventory", required=True, help="base URL of the inventory")
    parser.add_argument("--otlp", required=True, help="where pages send telemetry, a base URL")
    parser.add_argument("--key", default="", help="ingest key of the pages")
    options = parser.parse_args()
    stop_when_parent_goes()
    with telemetry():
        app = create_app(InventoryClient(options.inventory), options.otlp, options.key)
        instrument_app(app)
        serve(app, socket.socket(fileno=options.listener))


if __name__ == "__main__":
    main()

"""Look at the pages without a backend: ``python -m tests.ui.preview`` prints an address to open."""

from __future__ import annotations

import sys
import time
from typing import Any

from werkzeug.serving import make_server

from otel_replay_ui.app import create_app
from tests.ui import fixture_api
from tests.ui.worlds import Session, World, add_signals, session_row, shop, strange_trace

PEOPLE = [
    ("Grace Hopper", "grace@navy.example", "/reports"), ("Alan Turing", "alan@park.example", "/"),
    ("", "", "/p/kettle"), ("Katherine Johnson", "kj@nasa.example", "/checkout"),
    ("Barbara Liskov", "liskov@mit.example", "/account/settings"), ("", "", "/"),
    ("Edsger Dijkstra", "ewd@example.com", "/search?q=shortest+path"),
    ("Radia Perlman", "radia@example.com", "/p/grinder"), ("", "", "/help"),
    ("Donald Knuth", "", "/p/tray"), ("Margaret Hamilton", "mh@apollo.example", "/checkout"),
]  # fmt: skip


def crowd(now_ms: float, count: int) -> list[dict[str, Any]]:
    """Rows of sessions that have no recording, for a list of some length."""
    rows = []
    for index in range(count):
        name, email, path = PEOPLE[index % len(PEOPLE)]
        start = now_ms - 40_000 - index * index * 37_000
        length = 15_000 + (index * 7919) % 900_000
        ident = (index + 7) * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128
        row = session_row(f"{ident:032x}", start, start + length)
        row["user"] = {"id": f"u-{index}" if name else "", "name": name, "email": email}
        row["first_url"] = f"https://shop.example{path}"
        row["state"] = "live" if index < 2 else "finished"
        row["browser"] = ["Chrome 156", "Firefox 152", "Safari 20"][index % 3]
        row["os"] = ["macOS", "Windows 11", "iOS 20", "Linux"][index % 4]
        row["activity"] = [(index * 31 + at * at * 17) % 23 for at in range(40)]
        row["activity"] = [value if value > 6 else 0 for value in row["activity"]]
        row["counts"] |= {"pages": 1 + index % 9, "errors": [0, 0, 2, 0, 1][index % 5],
                          "backend_errors": [0, 0, 0, 3][index % 4]}  # fmt: skip
        rows.append(row)
    return rows


def main() -> None:
    """Serve until interrupted."""
    now = time.time() * 1000
    visit = shop()
    add_signals(visit)
    others = [Session(row) for row in crowd(now, 60)]
    empty = "--empty" in sys.argv
    world = World([] if empty else [visit, *others], {"9" * 32: strange_trace()})
    server = make_server("127.0.0.1", 0, create_app(fixture_api.blueprint(world)), threaded=True)
    print(f"http://127.0.0.1:{server.port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

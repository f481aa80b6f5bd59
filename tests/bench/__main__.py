"""``python -m tests.bench [NAME ...]``: prints the tables of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sys

from tests.bench import (
    browser_sdk,
    ingest,
    live,
    panels,
    player,
    replay,
    segments,
    soak,
    sql,
    stores,
)

BENCHMARKS = {
    "sdk": browser_sdk.run,
    "ingest": ingest.run,
    "panels": panels.run,
    "replay": replay.run,
    "player": player.run,
    "live": live.run,
    "segments": segments.run,
    "soak": soak.run,
    "sql": sql.run,
    "stores": stores.run,
}


def main(names: list[str]) -> None:
    """Runs the benchmarks named, or all."""
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}\n")
    for name in names or BENCHMARKS:
        print(BENCHMARKS[name](), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

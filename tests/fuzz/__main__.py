"""``python -m tests.fuzz N [SEED]``: N inputs for all decoders in turn, and what became of them."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.targets import TARGETS


def main(count: int, seed: int) -> int:
    """Prints figures now and then; returns 1 when a decoder failed, saying how to see it again."""
    outcomes: Counter[tuple[str, str]] = Counter()
    began, warm_kib = time.monotonic(), 0
    for number in range(count):
        name = list(TARGETS)[number % len(TARGETS)]
        try:
            outcomes[name, TARGETS[name](Random(f"{seed}/{number}"))] += 1
        except Exception:
            print(f"failed: TARGETS[{name!r}](Random('{seed}/{number}'))", flush=True)
            raise
        if number == count // 10:
            warm_kib = _resident_kib()
        if number and number % (count // 10 or 1) == 0:
            print(f"{number:,} inputs, {_resident_kib() >> 10} MiB resident", flush=True)
    _report(outcomes, time.monotonic() - began, _resident_kib() - warm_kib)
    return 0


def _report(outcomes: Counter[tuple[str, str]], took_s: float, growth_kib: int) -> None:
    for (name, outcome), number in sorted(outcomes.items()):
        print(f"{name:20} {outcome:8} {number:10,}")
    total = sum(outcomes.values())
    print(f"{total:,} inputs in {took_s:,.0f} s, {total / took_s:,.0f} per second")
    print(f"resident memory grew by {growth_kib >> 10} MiB after the first tenth")


def _resident_kib() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))

"""Size of the browser SDK as it is sent."""

from __future__ import annotations

import gzip

from otel_replay.browser import sdk_path
from tests.bench.measure import table

_BUDGET_BYTES = 40_000


def run() -> str:
    """Measures the built script; returns a table."""
    script = sdk_path().read_bytes()
    squeezed = len(gzip.compress(script, 9))
    rows = [[f"{len(script):,}", f"{squeezed:,}", f"{_BUDGET_BYTES:,}"]]
    return table("Browser SDK, bytes", ["minified", "gzip -9", "budget"], rows)

"""The job ``erase``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from otel_replay.erasure.erase import Eraser, old_parts
from otel_replay.erasure.requests import Request
from otel_replay.erasure.rows import EVERYTHING
from otel_replay.jobs import Asked

GONE_AFTER_S = 15 * 60
"""ClickHouse removes the files of parts that a mutation replaced 8 minutes later, and looks for
them every few minutes at the least."""
_LOOK_S = 1.0
SpoolSize = Callable[[], int]
"""Bytes that wait in this machine's spool for the project."""


def no_spool() -> int:
    """Of a process that knows of none."""
    return 0


def erase(asked: Asked, spool_bytes: SpoolSize = no_spool) -> dict[str, Any]:
    """Erases, or tells what it would erase; the report's keys are in docs/reference/erasure.md.

    Parameters: one of ``session``, ``user``, ``before``; ``dry_run``; ``wait``, which waits until
    ClickHouse has removed the files that still have the rows.
    """
    asked.only("session", "user", "before", "dry_run", "wait")
    request, wait = Request.read(asked), asked.flag("wait")
    eraser = Eraser(asked.database, asked.blobs)
    if asked.flag("dry_run"):
        return {"dry_run": True, **eraser.preview(request), "spool_bytes": spool_bytes()}
    report = eraser.erase(request, asked.asked_by, asked.progress)
    until_s = int(time.time()) + 1
    left = _wait_for_files(asked, until_s) if wait else old_parts(asked.database, until_s)
    return {
        "dry_run": False,
        **report,
        "spool_bytes": spool_bytes(),
        "files_left": left,
        "files_gone_by_s": until_s + GONE_AFTER_S if left else until_s,
    }


def _wait_for_files(asked: Asked, until_s: int) -> int:
    deadline = time.monotonic() + 2 * GONE_AFTER_S
    while left := old_parts(asked.database, until_s):
        if time.monotonic() > deadline:
            return left
        asked.progress({"step": "files", "tables": len(EVERYTHING), "left": left})
        time.sleep(_LOOK_S)
    return 0

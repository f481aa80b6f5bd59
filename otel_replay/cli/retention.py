"""``otel-replay retention``: shows how long each kind of data is kept, and changes it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from otel_replay.cli.jobs import run_job
from otel_replay.config import Settings
from otel_replay.erasure.retention import KINDS


def run_retention(
    settings: Settings, changes: Mapping[str, str], *, project: str = "", as_json: bool = False
) -> None:
    """Prints the days of each kind, after `changes` (kind to a text such as 30d) were made.

    Raises OtelReplayError.
    """
    report = run_job(settings, "retention", changes, lambda _told: None, project)
    if as_json:
        print(json.dumps(report, indent=2))
        return
    for kind in KINDS:
        print(f"{kind:<8} {report[kind]:>6} days")

"""``otel-replay doctor``: the checks of `otel_replay.doctor` on the setup that settings name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from otel_replay.cli.lock import read_holder
from otel_replay.config import Settings
from otel_replay.doctor.report import Check, Report
from otel_replay.doctor.run import examine
from otel_replay.doctor.setup import Setup
from otel_replay.doctor.web import Credentials


def run_doctor(
    settings: Settings,
    *,
    as_json: bool = False,
    key: str = "",
    origin: str = "",
    ca: str = "",
    client_certificate: str = "",
    client_key: str = "",
    timeout_s: float = 15,
) -> int:
    """Prints what works and what does not; returns 0 when nothing failed, else 1.

    Raises ConfigError when the setup cannot be checked from here.
    """
    keys = settings.projects[0].keys
    credentials = Credentials(
        key or (keys[0].key if keys else ""), ca, client_certificate, client_key
    )
    setup = Setup(settings, _running(settings.data), credentials, origin, timeout_s)
    report = Report() if as_json else Report(_show)
    examine(setup, report)
    print(report.json() if as_json else report.summary(), flush=True)
    return 0 if report.healthy else 1


def _show(check: Check) -> None:
    print(check, flush=True)


def _running(data: Path) -> dict[str, Any]:
    """What the process on the data folder announced, while it runs."""
    holder = read_holder(data)
    try:
        os.kill(int(holder["pid"]), 0)
    except (KeyError, ValueError, ProcessLookupError):
        return {}
    except PermissionError:
        # It runs, as another user.
        return holder
    return holder

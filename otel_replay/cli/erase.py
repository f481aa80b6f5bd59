"""``otel-replay erase``: asks what it is about to erase, erases, and prints what went."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from otel_replay.cli.jobs import run_job
from otel_replay.config import Settings
from otel_replay.errors import ConfigError


def run_erase(
    settings: Settings,
    what: Mapping[str, str],
    *,
    project: str = "",
    dry_run: bool = False,
    wait: bool = False,
    yes: bool = False,
    as_json: bool = False,
) -> int:
    """Erases ``session``, ``user`` or ``before`` of `what`; returns the exit code, 1 when whoever
    was asked says no. Raises OtelReplayError."""
    asked = {kind: value for kind, value in what.items() if value}
    if not dry_run and not yes:
        if not sys.stdin.isatty():
            raise ConfigError("nobody is there to say yes: add --yes, or look first with --dry-run")
        preview = run_job(settings, "erase", {**asked, "dry_run": True}, _quiet, project)
        print(shown(preview))
        if input("Erase this for good? [y/N] ").strip().lower() not in ("y", "yes"):
            print("nothing was erased")
            return 1
    told = _quiet if as_json else _tell
    parameters = {**asked, "dry_run": dry_run, "wait": wait}
    report = run_job(settings, "erase", parameters, told, project)
    print(json.dumps(report, indent=2) if as_json else shown(report))
    return 0


def shown(report: Mapping[str, Any]) -> str:
    """The report as a table."""
    lines = [
        ("sessions", report["sessions"]),
        ("traces of theirs alone", report["traces"]),
        ("chunks of recordings", report["chunks"]),
        ("bytes of recordings", report["bytes"]),
    ]
    if not report["dry_run"]:
        lines += [
            ("objects deleted", report["blobs_deleted"]),
            ("packs overwritten", report["packs_scrubbed"]),
        ]
    lines += [(f"rows of {table}", rows) for table, rows in report["rows"].items() if rows]
    title = "would be erased" if report["dry_run"] else f"erased ({report['erasure']})"
    return "\n".join([title, *(f"  {name:<32} {n:>14,}" for name, n in lines), *_notes(report)])


def _notes(report: Mapping[str, Any]) -> list[str]:
    notes = []
    if report.get("files_left"):
        by = datetime.fromtimestamp(report["files_gone_by_s"], UTC)
        notes.append(f"ClickHouse removes the files that still have the rows by {by:%H:%M} UTC")
    if report["spool_bytes"]:
        notes.append(
            f"{report['spool_bytes']:,} bytes wait in the spool: what they have of it is erased"
            " once they are stored"
        )
    notes += [f"unreadable pack, not looked into: {k}" for k in report.get("unreadable_packs", [])]
    return notes


def _quiet(_told: Mapping[str, Any]) -> None:
    pass


def _tell(told: Mapping[str, Any]) -> None:
    words = " ".join(f"{name}={value}" for name, value in told.items() if name != "step")
    print(f"{told.get('step', '')}: {words}", file=sys.stderr, flush=True)

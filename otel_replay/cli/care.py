"""``otel-replay fsck``, ``backup`` and ``restore``: what they print, and what they exit with."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from otel_replay.cli.jobs import run_job
from otel_replay.config import Settings
from otel_replay.errors import ConfigError

EXIT_PROBLEMS = 1
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def run_fsck(
    settings: Settings,
    *,
    project: str = "",
    repair: bool = False,
    deep: bool = False,
    grace_s: float | None = None,
    as_json: bool = False,
) -> int:
    """Prints what was found; returns 0 when nothing is wrong, or nothing any more, else 1."""
    parameters: dict[str, Any] = {"repair": repair, "deep": deep}
    if grace_s is not None:
        parameters["grace_s"] = grace_s
    with _Line() as line:
        report = run_job(settings, "fsck", parameters, line.show, project)
    print(json.dumps(report, indent=2) if as_json else _fsck_text(report), flush=True)
    return 0 if report["clean"] else EXIT_PROBLEMS


def run_backup(settings: Settings, to: str, *, project: str = "", as_json: bool = False) -> int:
    """Prints what was backed up; returns 1 when blobs were missing, else 0."""
    parameters = {"to": address_of(to)}
    with _Line() as line:
        report = run_job(settings, "backup", parameters, line.show, project)
    print(json.dumps(report, indent=2) if as_json else _backup_text(report), flush=True)
    return EXIT_PROBLEMS if report["missing_blobs"] else 0


def run_restore(
    settings: Settings, source: str, *, project: str = "", as_json: bool = False
) -> int:
    """Prints what was restored; returns 0."""
    parameters = {"from": address_of(source)}
    with _Line() as line:
        report = run_job(settings, "restore", parameters, line.show, project, new=True)
    print(json.dumps(report, indent=2) if as_json else _restore_text(report), flush=True)
    return 0


def address_of(text: str) -> str:
    """The address of a folder, which may be given as a path, or of a bucket.

    The job may run in a process that works elsewhere, so paths are made whole. Raises ConfigError.
    """
    if text.startswith(("s3://", "file:///")):
        return text
    if not text or "://" in text:
        raise ConfigError(f"{text!r} is no place for a backup: expected a folder or s3://…")
    return Path(os.path.abspath(text)).as_uri()


class _Line:
    """Progress on one line of a terminal; nothing where standard error is a file."""

    def __init__(self) -> None:
        self._shown = False
        self._width = 0

    def __enter__(self) -> _Line:
        self._shown = sys.stderr.isatty()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)

    def show(self, told: Mapping[str, Any]) -> None:
        """What a job tells: a stage, and figures by name."""
        if not self._shown:
            return
        rest = ", ".join(f"{name} {value}" for name, value in told.items() if name != "stage")
        text = f"{told.get('stage', '')}: {rest}" if rest else str(told.get("stage", ""))
        print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
        self._width = max(self._width, len(text))


def _fsck_text(report: Mapping[str, Any]) -> str:
    checked = report["checked"]
    lines = [
        f"looked at {checked.get('rows', 0)} chunks in {checked.get('blobs', 0)} blobs"
        f" ({_size(checked.get('bytes', 0))}) and {checked.get('sessions', 0)} sessions"
        f" in {report['seconds']:.1f} s"
    ]
    if report["deep"]:
        lines.append(f"read and parsed {checked.get('parts', 0)} stored parts")
    for name, count in report["pending"].items():
        lines.append(f"under way and left alone: {count} {name.replace('_', ' ')}")
    for name, finding in report["findings"].items():
        mended = f", {finding['repaired']} mended" if finding["repaired"] else ""
        mark = "problem" if finding["problem"] else "note"
        lines.append(f"{mark} {name}: {finding['count']} {finding['title']}{mended}")
        lines += [f"    {example}" for example in finding["examples"]]
        if finding["count"] > finding["repaired"]:
            lines.append(f"  to do: {finding['remedy']}")
    lines.append("nothing is wrong" if report["clean"] else "there are problems")
    return "\n".join(lines)


def _backup_text(report: Mapping[str, Any]) -> str:
    lines = [
        f"backed up project {report['project']}: {sum(report['rows'].values())} rows,"
        f" {report['blobs']} blobs ({_size(report['blob_bytes'])}), of these"
        f" {report['copied_blobs']} copied now ({_size(report['copied_bytes'])}),"
        f" in {report['seconds']:.1f} s"
    ]
    if report["missing_blobs"]:
        lines.append(
            f"{report['missing_blobs']} blobs that rows refer to are missing, so they are not in"
            " the backup: run otel-replay fsck"
        )
        lines += [f"    {key}" for key in report["missing"]]
    return "\n".join(lines)


def _restore_text(report: Mapping[str, Any]) -> str:
    return (
        f"restored project {report['project']} as project {report['backup_of']} was at"
        f" {report['backup_ended_at']}: {sum(report['rows'].values())} rows,"
        f" {report['blobs']} blobs ({_size(report['blob_bytes'])}), in {report['seconds']:.1f} s"
    )


def _size(number: float) -> str:
    for unit in _UNITS[:-1]:
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} {_UNITS[-1]}"

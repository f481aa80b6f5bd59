"""Lint, types and tests: one list of commands for the developer and for CI."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT, VENV_BIN
from tools.processes import Command, run_shown
from tools.progress import Progress
from tools.scripts import PACKAGES, Package

TESTS = ROOT / "tests"
# Measured by hand.
_NOT_RUN = ("bench",)
# Files of these share nothing but the database engine, and take most of the time: a process for
# each core, four at the most.
_SPREAD = ("care", "erasure", "exporters", "sessions")
_WORKERS = ("--numprocesses", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile")


@dataclass(frozen=True)
class Check:
    """One command that must exit with status 0."""

    title: str
    command: Command
    folder: Path = ROOT


def lint_checks() -> list[Check]:
    """Return everything that reads the code without running it."""
    return [
        Check("ruff", [VENV_BIN / "ruff", "check"]),
        Check("format", [VENV_BIN / "ruff", "format", "--check"]),
        Check("mypy", [VENV_BIN / "mypy"]),
        Check("imports", [VENV_BIN / "lint-imports"]),
        *(_npm("types", package, "run", "typecheck") for package in PACKAGES),
    ]


def test_checks() -> list[Check]:
    """Return the tests: TypeScript, then Python, then coverage.

    Each folder of tests is run by itself: a browser keeps an event loop in its process, and engines
    keep files open.
    """
    coverage = VENV_BIN / "coverage"
    return [
        *(_npm("tests", package, "test") for package in PACKAGES),
        Check("forget old coverage", [coverage, "erase"]),
        *(
            Check(f"pytest {title}", [coverage, "run", "-m", "pytest", *arguments])
            for title, arguments in _test_runs()
        ),
        Check("combine coverage", [coverage, "combine", "--quiet"]),
        Check("coverage", [coverage, "report"]),
    ]


def run_checks(progress: Progress, checks: Sequence[Check], env: Mapping[str, str]) -> bool:
    """Run all ``checks``, also after one failed; print a summary; tell whether all passed."""
    summary = []
    failed = 0
    for check in checks:
        progress.title(check.title)
        start = time.monotonic()
        passed = run_shown(check.command, env, check.folder)
        failed += not passed
        verdict = "ok    " if passed else "FAILED"
        summary.append(f"{verdict} {check.title} ({time.monotonic() - start:.0f} s)")
    print("\n".join(["", *summary]), flush=True)
    return failed == 0


def _npm(what: str, package: Package, *arguments: str) -> Check:
    return Check(f"{what} of the {package.title}", ["npm", *arguments], package.folder)


def _test_runs() -> list[tuple[str, list[str | Path]]]:
    """Return what each run of pytest is called and given: files by themselves, then folders."""
    folders = [path for path in sorted(TESTS.iterdir()) if any(path.rglob("test_*.py"))]
    runs: list[tuple[str, list[str | Path]]] = [("tests", [*sorted(TESTS.glob("test_*.py"))])]
    for folder in folders:
        if folder.name not in _NOT_RUN:
            spread = _WORKERS if folder.name in _SPREAD else ()
            runs.append((f"tests/{folder.name}", [*spread, folder]))
    return runs

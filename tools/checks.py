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

END_TO_END = ROOT / "tests" / "e2e"
# Each process has a ClickHouse and a Chromium of its own. The tests of a file stay together: they
# share what is costly to start.
_SPREAD = ("--numprocesses", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile")


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
    """Return the tests: TypeScript, then Python with the end-to-end tests last, then coverage."""
    coverage = VENV_BIN / "coverage"
    return [
        *(_npm("tests", package, "test") for package in PACKAGES),
        Check("forget old coverage", [coverage, "erase"]),
        Check("pytest", [coverage, "run", "-m", "pytest", *_SPREAD, *_test_paths()]),
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


def _test_paths() -> list[Path]:
    """Return what pytest is to collect, in order."""
    tests = ROOT / "tests"
    others = [path for path in sorted(tests.iterdir()) if path.is_dir() or path.match("test_*.py")]
    return [*(path for path in others if path not in (END_TO_END, tests / "bench")), END_TO_END]

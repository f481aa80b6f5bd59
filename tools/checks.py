"""Lint, types and tests: one list of commands for the developer and for CI."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT, VENV_BIN
from tools.processes import Command, run_captured
from tools.progress import Progress
from tools.scripts import PACKAGES, Package

TESTS = ROOT / "tests"
# Measured by hand.
_NOT_RUN = ("bench",)
# These take longest, so they begin first, and none is left over at the end.
_FIRST = (
    *("cli", "ui", "e2e", "sessions", "receivers", "care", "erasure", "faults"),
    *("senders", "sdk", "storage", "docs", "exporters"),
)
AT_ONCE = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Check:
    """One command that must exit with status 0."""

    title: str
    command: Command
    folder: Path = ROOT


def checks_of_code() -> list[Check]:
    """Return everything that reads the code without running it."""
    return [
        Check("mypy", [VENV_BIN / "mypy"]),
        Check("ruff", [VENV_BIN / "ruff", "check"]),
        Check("format", [VENV_BIN / "ruff", "format", "--check"]),
        Check("imports", [VENV_BIN / "lint-imports"]),
        *(_npm("types", package, "run", "typecheck") for package in PACKAGES),
    ]


def checks_of_tests(*, coverage: bool = False) -> list[Check]:
    """Return the tests in TypeScript and in Python, those of Python under coverage when asked.

    Each folder of tests is run by itself: a browser keeps an event loop in its process, and engines
    keep files open.
    """
    pytest: Command = [VENV_BIN / "pytest"]
    if coverage:
        pytest = [VENV_BIN / "coverage", "run", "-m", "pytest"]
    return [
        *(_npm("tests", package, "test") for package in PACKAGES),
        *(Check(f"pytest {title}", [*pytest, *paths]) for title, paths in _test_runs()),
    ]


def check_before_coverage() -> Check:
    """Return what forgets the lines that earlier tests reached."""
    return Check("forget old coverage", [VENV_BIN / "coverage", "erase"])


def checks_of_coverage() -> list[Check]:
    """Return what makes a report of what tests covered; they follow one another."""
    coverage = VENV_BIN / "coverage"
    return [
        Check("combine coverage", [coverage, "combine", "--quiet"]),
        Check("coverage", [coverage, "report"]),
    ]


def run_checks(
    progress: Progress, checks: Sequence[Check], env: Mapping[str, str], at_once: int = AT_ONCE
) -> bool:
    """Run all ``checks``, also after one failed, ``at_once`` of them side by side.

    Each one's output is printed when it has ended, and a summary last. Tells whether all passed.
    """
    summary = []
    failed = 0
    with ThreadPoolExecutor(at_once) as pool:
        runs = [pool.submit(_run, check, env) for check in checks]
        for run in as_completed(runs):
            check, passed, output, took_s = run.result()
            progress.title(check.title)
            print(output, flush=True)
            failed += not passed
            summary.append(f"{'ok    ' if passed else 'FAILED'} {check.title} ({took_s:.0f} s)")
    print("\n".join(["", *summary]), flush=True)
    return failed == 0


def _run(check: Check, env: Mapping[str, str]) -> tuple[Check, bool, str, float]:
    start = time.monotonic()
    passed, output = run_captured(check.command, env, check.folder)
    return check, passed, output, time.monotonic() - start


def _npm(what: str, package: Package, *arguments: str) -> Check:
    return Check(f"{what} of the {package.title}", ["npm", *arguments], package.folder)


def _test_runs() -> list[tuple[str, list[Path]]]:
    """Return what each run of pytest is called and given: folders, then files by themselves."""
    folders = [
        path
        for path in sorted(TESTS.iterdir(), key=_order)
        if path.name not in _NOT_RUN and any(path.rglob("test_*.py"))
    ]
    return [
        *((f"tests/{folder.name}", [folder]) for folder in folders),
        ("tests", sorted(TESTS.glob("test_*.py"))),
    ]


def _order(folder: Path) -> tuple[int, str]:
    name = folder.name
    return _FIRST.index(name) if name in _FIRST else len(_FIRST), name

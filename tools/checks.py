"""Lint, types and tests: one list of commands for the developer and for CI."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT, VENV_BIN
from tools.processes import Command, Outcome, run_captured
from tools.progress import Progress
from tools.scripts import PACKAGES, SDK, Package

TESTS = ROOT / "tests"
# Measured by hand.
_NOT_RUN = ("bench",)
# Long files, which are runs of their own: what is left of their folders goes on beside them.
_ALONE = (
    *("cli/test_kill.py", "cli/test_kill_care.py", "erasure/test_not_one_byte.py"),
    *("ui/test_panels.py", "ui/test_replay.py"),
)
# These take longest, so they begin first, and none is left over at the end; those that mostly wait
# stand among those that mostly work.
_FIRST = (
    *("cli/test_kill_care.py", "care", "faults", "sessions", "ui", "cli", "receivers", "e2e"),
    *("erasure", "erasure/test_not_one_byte.py", "ui/test_panels.py", "sdk", "ui/test_replay.py"),
    *("senders", "storage", "cli/test_kill.py", "docs", "exporters"),
)
# Tests wait for much of their time, for a commit, a round of a worker, a process that starts: one
# more than there are cores keeps these busy. With two more, all took as long, and some ran out of
# time.
AT_ONCE = min(4, 1 + (os.cpu_count() or 1))


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
        _npm("tests in Chromium", SDK, "run", "test:browser"),
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
            check, outcome = run.result()
            progress.title(check.title)
            print(outcome.output, flush=True)
            failed += not outcome.passed
            summary.append(_summary(check, outcome))
    print("\n".join(["", *summary]), flush=True)
    return failed == 0


def _run(check: Check, env: Mapping[str, str]) -> tuple[Check, Outcome]:
    return check, run_captured(check.command, env, check.folder)


def _summary(check: Check, outcome: Outcome) -> str:
    verdict = "ok    " if outcome.passed else "FAILED"
    return f"{verdict} {check.title} ({outcome.took_s:.0f} s, {outcome.cpu_s:.0f} s CPU)"


def _npm(what: str, package: Package, *arguments: str) -> Check:
    return Check(f"{what} of the {package.title}", ["npm", *arguments], package.folder)


def _test_runs() -> list[tuple[str, list[Path]]]:
    """Return what each run of pytest is called and given; the longest ones come first."""
    alone = [TESTS / name for name in _ALONE]
    runs = {name: [path] for name, path in zip(_ALONE, alone, strict=True)}
    for folder in (path for path in TESTS.iterdir() if path.name not in _NOT_RUN):
        if files := sorted(set(folder.rglob("test_*.py")) - set(alone)):
            whole = len(files) == len(list(folder.rglob("test_*.py")))
            runs[folder.name] = [folder] if whole else files
    return [
        *((f"tests/{name}", runs[name]) for name in sorted(runs, key=_order)),
        ("tests", sorted(TESTS.glob("test_*.py"))),
    ]


def _order(name: str) -> tuple[int, str]:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST), name

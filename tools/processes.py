"""Run other programs: quietly with a log, or shown, always in an environment of our choosing."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.paths import LOGS, ROOT, WORK

Command = Sequence[str | Path]

LOG_TAIL_LINES = 40

# Settings of a surrounding environment that would install somewhere else than the clone's .venv,
# leave out dependencies, or let foreign modules in.
REMOVED = (
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_NO_DEPS",
    "PIP_DRY_RUN",
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
    "NODE_ENV",
)


class ToolError(Exception):
    """A step failed; the message says what to do about it."""


def clean_environment(environ: Mapping[str, str], *path_first: Path) -> dict[str, str]:
    """Return a copy of ``environ`` that keeps indexes and proxies and writes only into the clone.

    ``path_first`` are folders put in front of PATH, the first one winning.
    """
    env = {name: value for name, value in environ.items() if name not in REMOVED}
    # A pip.conf may say `user = true`; only the environment overrides it.
    env["PIP_USER"] = "0"
    env.setdefault("PIP_CACHE_DIR", str(WORK / "cache" / "pip"))
    env.setdefault("npm_config_cache", str(WORK / "cache" / "npm"))
    env.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(WORK / "browsers"))
    folders = [*map(str, path_first), env.get("PATH", os.defpath)]
    env["PATH"] = os.pathsep.join(folders)
    return env


def run_logged(name: str, command: Command, env: Mapping[str, str], cwd: Path = ROOT) -> None:
    """Run ``command`` with its output in ``.tools/log/NAME.log``; on failure show the end of it.

    Raises ToolError when the command cannot be started or exits with another status than 0.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("wb") as output:
        status = _status(command, env, cwd, output.fileno())
    if status != 0:
        tail = log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        raise ToolError(
            "\n".join([*tail, f"{_shown(command)}: exit status {status}, log in {log}"])
        )


def run_captured(command: Command, env: Mapping[str, str], cwd: Path = ROOT) -> tuple[bool, str]:
    """Run ``command``; tell whether it exited with status 0, and all that it printed.

    Raises ToolError when the command cannot be started.
    """
    with tempfile.TemporaryFile() as output:
        status = _status(command, env, cwd, output.fileno())
        output.seek(0)
        return status == 0, output.read().decode(errors="replace")


def output_of(command: Command, env: Mapping[str, str] | None = None) -> str | None:
    """Return what ``command`` prints, stripped, or None when it cannot run or fails."""
    try:
        done = subprocess.run(
            list(map(str, command)), env=env, capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _status(command: Command, env: Mapping[str, str], cwd: Path, output: int) -> int:
    try:
        return subprocess.run(
            list(map(str, command)),
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    except OSError as exc:
        raise ToolError(f"cannot run {_shown(command)}: {exc}") from exc


def _shown(command: Command) -> str:
    return shlex.join(map(str, command))

"""Run other programs: quietly with a log, or shown, always in an environment of our choosing."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.paths import LOGS, ROOT, WORK

Command = Sequence[str | Path]

LOG_TAIL_LINES = 40

# Settings of a surrounding environment that would install somewhere else than the clone's .venv,
# leave out dependencies, let foreign modules in, or have Python compile our modules anew in each of
# the hundreds of processes that the tests start.
REMOVED = (
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_NO_DEPS",
    "PIP_DRY_RUN",
    "PYTHONDONTWRITEBYTECODE",
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


@dataclass(frozen=True)
class Outcome:
    """What came of a command, and what it cost."""

    passed: bool
    """It exited with status 0."""
    output: str
    took_s: float
    cpu_s: float
    """Of it and of the processes that it started and waited for."""


def run_captured(command: Command, env: Mapping[str, str], cwd: Path = ROOT) -> Outcome:
    """Run ``command``; return what came of it.

    Raises ToolError when the command cannot be started.
    """
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = _started(command, env, cwd, output.fileno())
        # Popen.wait() knows nothing of what the process used.
        _, wait_status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(wait_status)
        output.seek(0)
        return Outcome(
            passed=process.returncode == 0,
            output=output.read().decode(errors="replace"),
            took_s=time.monotonic() - start,
            cpu_s=used.ru_utime + used.ru_stime,
        )


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
    with _started(command, env, cwd, output) as process:
        return process.wait()


def _started(
    command: Command, env: Mapping[str, str], cwd: Path, output: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(map(str, command)),
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    except OSError as exc:
        raise ToolError(f"cannot run {_shown(command)}: {exc}") from exc


def _shown(command: Command) -> str:
    return shlex.join(map(str, command))

"""Find Chromium for the end-to-end tests, or bring it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.paths import STAMPS, VENV_PYTHON
from tools.processes import Command, ToolError, output_of, run_logged
from tools.progress import Progress

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SHELL = "chromium-headless-shell"
_APT_LIMITS = (
    *("-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"),
    *("-o", "Acquire::Retries=1", "-o", "DPkg::Lock::Timeout=120"),
)
MACOS_APPS = ("Google Chrome", "Chromium")
REMEDY = (
    "The end-to-end tests need Chromium and none could be found or installed. Install Chromium or "
    "Google Chrome, or name one: make test CHROMIUM=/path/to/chromium"
)


def ensure_browser(progress: Progress, env: Mapping[str, str]) -> Path:
    """Return a Chromium that starts: CHROMIUM, the machine's, one from apt, or Playwright's.

    Raises ToolError with the remedy when there is none.
    """
    named = env.get("CHROMIUM")
    if named and not _starts(Path(named)):
        raise ToolError(f"CHROMIUM is {named!r}: expected the path of a Chromium that starts")
    found = Path(named) if named else _on_machine(env) or _remembered()
    if found is not None:
        progress.reused(f"Chromium {found}")
        return found
    with progress.step("installing Chromium (none on PATH)"):
        return _install(env)


def ensure_shell(progress: Progress, env: Mapping[str, str], chromium: Path) -> Path:
    """Return Chromium's headless shell: the machine's or one from apt, else `chromium` itself.

    It is the same engine without windows, of which tests open hundreds: they take half of the
    processor time with it. Who named a CHROMIUM gets that one for everything.
    """
    found = None if env.get("CHROMIUM") else _shell_on_machine(env)
    if found or env.get("CHROMIUM") or not _may_use_apt():
        progress.reused(f"{found or chromium} for tests that need no window")
        return found or chromium
    with progress.step("installing Chromium's headless shell"):
        try:
            return _install_shell(env) or chromium
        except ToolError as exc:
            print(f"{exc}\n{SHELL} is not to be had: tests take longer", file=sys.stderr)
            return chromium


def _install_shell(env: Mapping[str, str]) -> Path | None:
    try:
        _apt_get(env, "install", SHELL)
    except ToolError:
        # The lists of packages are old, or missing.
        _apt_get(env, "update")
        _apt_get(env, "install", SHELL)
    return _shell_on_machine(env)


def _shell_on_machine(env: Mapping[str, str]) -> Path | None:
    found = shutil.which(SHELL, path=env["PATH"])
    return Path(found) if found and _starts(Path(found)) else None


def _install(env: Mapping[str, str]) -> Path:
    problems = []
    for way in (_from_apt, _from_playwright):
        try:
            found = way(env)
        except ToolError as exc:
            problems.append(str(exc))
            continue
        if found is not None:
            return found
    raise ToolError("\n".join([*problems, REMEDY]))


def _from_apt(env: Mapping[str, str]) -> Path | None:
    """Install Debian's package, where we may. Ubuntu's only points to a snap and does not start."""
    if not _may_use_apt():
        return None
    _apt_get(env, "update")
    _apt_get(env, "install", "chromium", "fonts-liberation")
    return _on_machine(env)


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_get(env: Mapping[str, str], *words: str) -> None:
    """Run apt-get, which may bring packages and take none away, and gives up on dead mirrors."""
    options = ["-y", "--no-install-recommends", "--no-remove", *_APT_LIMITS]
    quiet = {**env, "DEBIAN_FRONTEND": "noninteractive"}
    run_logged(f"apt-{words[0]}", ["apt-get", *options, *words], quiet)


def _from_playwright(env: Mapping[str, str]) -> Path | None:
    """Download Playwright's Chromium into the clone, with its system libraries where we may."""
    libraries = ["--with-deps"] if _may_use_apt() else []
    playwright: Command = [VENV_PYTHON, "-m", "playwright", "install"]
    run_logged("playwright", [*playwright, *libraries, "chromium"], env)
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    printed = output_of([VENV_PYTHON, "-c", code], env)
    if not printed or not _starts(Path(printed)):
        raise ToolError(
            f"Playwright's Chromium {printed} does not start: system libraries missing?"
        )
    _note().parent.mkdir(parents=True, exist_ok=True)
    _note().write_text(printed)
    return Path(printed)


def _on_machine(env: Mapping[str, str]) -> Path | None:
    return next(filter(_starts, _candidates(env)), None)


def _candidates(env: Mapping[str, str]) -> Iterator[Path]:
    for name in ON_PATH:
        if found := shutil.which(name, path=env["PATH"]):
            yield Path(found)
    for app in MACOS_APPS:
        yield Path(f"/Applications/{app}.app/Contents/MacOS/{app}")


def _note() -> Path:
    return STAMPS / "browser"


def _remembered() -> Path | None:
    """Return the browser that an earlier run downloaded."""
    if not _note().is_file():
        return None
    path = Path(_note().read_text())
    return path if _starts(path) else None


def _starts(path: Path) -> bool:
    """Tell whether the file runs: a snap stub or one with missing libraries does not."""
    return output_of([path, "--version"]) is not None

"""Where things lie in the clone. Everything that is made lies below it too."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"
VENV_PYTHON = VENV_BIN / "python"
CONSTRAINTS = ROOT / "constraints.txt"
PYPROJECT = ROOT / "pyproject.toml"

# Made by the tools, ignored by git: logs, stamps, caches, a downloaded browser.
WORK = ROOT / ".tools"
LOGS = WORK / "log"
STAMPS = WORK / "stamps"

"""Small shell programs that stand in for the machine's."""

from __future__ import annotations

import shutil
from pathlib import Path


def program(path: Path, script: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def bare_path(folder: Path) -> str:
    """Return a PATH with the programs of ``folder`` and a few that scripts need, and no other."""
    for name in ("sh", "mkdir", "env"):
        found = shutil.which(name)
        assert found, name
        link = folder / name
        folder.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(found)
    return str(folder)

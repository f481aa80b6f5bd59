"""Remember what a step was made from, so that a second run can skip it.

A stamp is a file holding a hash of the step's inputs: file names, contents, and further words such
as a version. Contents are compared rather than times, because git sets times on every checkout.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Made, not written: never an input.
SKIPPED_FOLDERS = frozenset({"node_modules", "dist", "__pycache__", "coverage", "test-results"})


@dataclass(frozen=True)
class Stamp:
    """One step's stamp file, and what must exist for the stamp to count."""

    path: Path
    outputs: tuple[Path, ...]

    def is_current(self, digest: str) -> bool:
        """Tell whether the step was done with these inputs and its outputs are still there."""
        if not self.path.is_file() or not all(output.exists() for output in self.outputs):
            return False
        return self.path.read_text().strip() == digest

    def write(self, digest: str) -> None:
        """Note that the step is done."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(digest + "\n")

    def clear(self) -> None:
        """Forget the step, before its outputs are touched."""
        self.path.unlink(missing_ok=True)


def digest_of(files: Iterable[Path], *words: str) -> str:
    """Return a hex digest of the files' names and contents and of ``words``."""
    total = hashlib.sha256()
    for word in words:
        total.update(f"{len(word)}:{word}".encode())
    for path in sorted(files):
        content = path.read_bytes()
        total.update(f"{path}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files a person wrote below ``folder``."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        yield from (Path(parent) / name for name in names if not name.endswith(".tsbuildinfo"))

"""One process for a data folder: the embedded engine admits no second one."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any

from otel_replay.errors import ConfigError, InUseError

_FILE = "otel-replay.lock"
_TOKEN_FILE = "otel-replay.token"


class DataFolder:
    """Holds a data folder for this process; a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.token = secrets.token_urlsafe(32)
        """Who can read it may have this process do jobs: who may write into the folder, that is."""
        self._file: Any = None

    def __enter__(self) -> DataFolder:
        """Raises ConfigError when the folder cannot be written, InUseError when another has it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # Root may write anywhere; others learn here, not in the middle of an insert.
            self._file = open(self.path / _FILE, "a+", encoding="utf-8")  # noqa: SIM115
        except OSError as exc:
            raise ConfigError(
                f"the data folder {self.path} cannot be used ({exc.strerror}): choose one that is"
                " writable with --data"
            ) from exc
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            self._file.close()
            holder = read_holder(self.path).get("pid", "unknown")
            raise InUseError(
                f"the data folder {self.path} is in use by process {holder}: stop that one, or"
                " choose another folder with --data"
            ) from exc
        self.announce({})
        _write_secret(self.path / _TOKEN_FILE, self.token)
        return self

    def announce(self, facts: dict[str, str]) -> None:
        """Writes down who holds the folder, and `facts` such as the address of its SQL."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), **facts}, self._file)
        self._file.flush()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            (self.path / _TOKEN_FILE).unlink(missing_ok=True)
        self._file.close()


def read_token(path: Path) -> str:
    """The token of the process that holds the folder; empty when there is none, or when its file
    is another user's."""
    try:
        return (path / _TOKEN_FILE).read_text(encoding="ascii")
    except OSError:
        return ""


def _write_secret(path: Path, text: str) -> None:
    """Writes a file that its owner alone can read, from its first moment on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def read_holder(path: Path) -> dict[str, Any]:
    """What the process that holds, or last held, the folder wrote down; empty when nothing."""
    try:
        facts = json.loads((path / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}

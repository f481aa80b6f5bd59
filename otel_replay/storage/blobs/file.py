"""Blobs as files in a folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from otel_replay.errors import ConfigError, DamagedBlobError, UnavailableError
from otel_replay.storage.blobs.info import BlobInfo
from otel_replay.storage.blobs.keys import check_key

_WRITING = ".writing"
"""Folder of files that are being written. Who writes one holds a lock on it; what nobody holds was
left by a write that was killed."""
_TRIES = 5


class FileBlobStore:
    """Each blob is a file below `root`, written aside, synced, and renamed into its place."""

    def __init__(self, root: Path) -> None:
        """Makes the folder. Raises ConfigError when that is impossible."""
        self.root = root
        self._aside = root / _WRITING
        try:
            self._aside.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers()
        except OSError as exc:
            raise ConfigError(
                f"the blob folder {root} cannot be used"
                f" ({exc.strerror}): choose one that is writable"
            ) from exc

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        # Two that write one key at once each have a file of their own; the last rename wins.
        temporary = self._aside / secrets.token_hex(16)
        try:
            with self._open_aside(temporary) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                self._move(temporary, path)
        except OSError as exc:
            # What is left of it, if anything, is never listed and never read.
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise UnavailableError(f"blob {key} cannot be written: {exc.strerror}") from exc

    def _open_aside(self, temporary: Path) -> BinaryIO:
        self._make_folder(self._aside)
        while True:
            file = temporary.open("wb")
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                return file
            # Another process that has just started took it for a leftover, before it was locked.
            file.close()

    def _move(self, temporary: Path, path: Path) -> None:
        """Into its place, durably."""
        for attempt in range(1, _TRIES + 1):
            try:
                self._make_folder(path.parent)
                os.replace(temporary, path)
                _sync_folder(path.parent)
                return
            except FileNotFoundError:
                # Somebody deleted the last blob of that folder meanwhile, and the folder with it.
                if attempt == _TRIES:
                    raise

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        try:
            with open(self._path(key), "rb") as file:
                file.seek(offset)
                data = file.read() if length is None else file.read(length)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as exc:
            raise DamagedBlobError(f"blob {key} is missing") from exc
        except OSError as exc:
            raise UnavailableError(f"blob {key} cannot be read: {exc.strerror}") from exc
        if length is not None and len(data) < length:
            raise DamagedBlobError(
                f"blob {key} ends early: {len(data)} of {length} bytes at offset {offset}"
            )
        return data

    def delete(self, key: str) -> None:
        path = self._path(key)
        try:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
                _sync_folder(path.parent)
        except OSError as exc:
            raise UnavailableError(f"blob {key} cannot be deleted: {exc.strerror}") from exc
        for folder in path.relative_to(self.root).parents[:-1]:
            # One that is not empty is what mostly ends this.
            try:
                (self.root / folder).rmdir()
            except OSError:
                return

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        try:
            keys = sorted(key for key in self._keys(prefix) if key.startswith(prefix))
            for key in keys:
                # One that was deleted since is not there any more.
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    found = (self.root / key).stat()
                    yield BlobInfo(key, found.st_size, found.st_mtime_ns // 1_000_000)
        except OSError as exc:
            raise UnavailableError(
                f"the blob folder {self.root} cannot be listed: {exc.strerror}"
            ) from exc

    def _keys(self, prefix: str) -> Iterator[str]:
        for folder, folders, names in os.walk(
            self.root / prefix.rpartition("/")[0], onerror=_raise_unless_gone
        ):
            here = Path(folder).relative_to(self.root)
            if here == Path():
                folders[:] = [name for name in folders if name != _WRITING]
            yield from ((here / name).as_posix() for name in names)

    def _path(self, key: str) -> Path:
        if key.partition("/")[0] == _WRITING:
            raise ValueError(f"blob key {key!r}: {_WRITING} is for what is being written")
        return self.root / check_key(key)

    def _make_folder(self, folder: Path) -> None:
        """Makes the folder durable too: each new level is synced into its parent."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)

    def _remove_leftovers(self) -> None:
        for path in self._aside.iterdir():
            # One that is gone was renamed into its place, one that is locked is being written.
            with contextlib.suppress(FileNotFoundError, BlockingIOError), open(path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

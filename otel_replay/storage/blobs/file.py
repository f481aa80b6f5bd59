"""Blobs as files in a folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from otel_replay.errors import ConfigError, DamagedBlobError, UnavailableError
from otel_replay.storage.blobs.info import BlobInfo
from otel_replay.storage.blobs.keys import check_key

_TEMPORARY_SUFFIX = ".part"


class FileBlobStore:
    """Each blob is a file below `root`, written beside its place, synced, and renamed into it."""

    def __init__(self, root: Path) -> None:
        """Makes the folder. Raises ConfigError when that is impossible."""
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ConfigError(
                f"the blob folder {root} cannot be used"
                f" ({exc.strerror}): choose one that is writable"
            ) from exc

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        temporary = path.with_name(path.name + _TEMPORARY_SUFFIX)
        try:
            self._make_folder(path.parent)
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except OSError as exc:
            # What is left of it, if anything, is never listed and never read.
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise UnavailableError(f"blob {key} cannot be written: {exc.strerror}") from exc

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        try:
            with open(self._path(key), "rb") as file:
                file.seek(offset)
                data = file.read() if length is None else file.read(length)
        except FileNotFoundError as exc:
            raise DamagedBlobError(f"blob {key} is missing") from exc
        except OSError as exc:
            raise UnavailableError(f"blob {key} cannot be read: {exc.strerror}") from exc
        if length is not None and len(data) < length:
            raise DamagedBlobError(
                f"blob {key} ends early: {len(data)} of {length} bytes at offset {offset}"
            )
        return data

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as exc:
            raise UnavailableError(f"blob {key} cannot be deleted: {exc.strerror}") from exc

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        start = self.root / prefix.rpartition("/")[0]
        paths = (p for p in start.rglob("*") if p.is_file() and p.suffix != _TEMPORARY_SUFFIX)
        keys = (p.relative_to(self.root).as_posix() for p in paths)
        for key in sorted(key for key in keys if key.startswith(prefix)):
            # One that was deleted since is not there any more.
            with contextlib.suppress(FileNotFoundError):
                found = (self.root / key).stat()
                yield BlobInfo(key, found.st_size, found.st_mtime_ns // 1_000_000)

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)

    def _make_folder(self, folder: Path) -> None:
        """Makes the folder durable too: each new level is synced into its parent."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

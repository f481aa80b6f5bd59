"""Blobs in files: what a write leaves when it fails or is killed."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from otel_replay.errors import ConfigError, UnavailableError
from otel_replay.storage.blobs import FileBlobStore


@pytest.fixture
def store(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


def files(store: FileBlobStore) -> list[str]:
    """Everything in the folder, for all to see."""
    found = (path.relative_to(store.root) for path in store.root.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found)


def test_a_write_that_fails_leaves_nothing(store: FileBlobStore) -> None:
    (store.root / "folder").write_bytes(b"a file in the way")
    with pytest.raises(UnavailableError, match="folder/a cannot be written"):
        store.put("folder/a", b"x")
    assert files(store) == ["folder"]


def test_what_killed_writes_left_goes_with_the_next_start(store: FileBlobStore) -> None:
    leftover = store.root / ".writing" / "0123abcd"
    leftover.write_bytes(b"half of a blob")
    assert list(store.list()) == []
    FileBlobStore(store.root)
    assert files(store) == []


def test_what_another_process_is_writing_stays(store: FileBlobStore) -> None:
    under_way = store.root / ".writing" / "0123abcd"
    with open(under_way, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        FileBlobStore(store.root)
        assert under_way.exists()


def test_what_is_being_written_has_no_key(store: FileBlobStore) -> None:
    with pytest.raises(ValueError, match=r"\.writing is for what is being written"):
        store.get(".writing/0123abcd")


def test_folders_go_with_their_last_blob(store: FileBlobStore) -> None:
    store.put("sessions/2026-11-29/s1/a", b"x")
    store.put("sessions/2026-11-29/s2/a", b"x")
    store.delete("sessions/2026-11-29/s1/a")
    assert [path.name for path in (store.root / "sessions" / "2026-11-29").iterdir()] == ["s2"]
    store.delete("sessions/2026-11-29/s2/a")
    assert not (store.root / "sessions").exists()
    assert store.root.exists()


def test_a_folder_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match="blob folder .*/file/blobs cannot be used"):
        FileBlobStore(tmp_path / "file" / "blobs")

"""The contract of blob stores."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from otel_replay.errors import ConfigError, DamagedBlobError, UnavailableError
from otel_replay.storage.blobs import BlobStore, open_blob_store


def keys(store: BlobStore, prefix: str = "") -> list[str]:
    return [blob.key for blob in store.list(prefix)]


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return open_blob_store(f"file://{tmp_path}/blobs")


def test_what_was_put_can_be_had_in_whole_and_in_part(store: BlobStore) -> None:
    store.put("packs/2026/a", b"0123456789")
    assert store.get("packs/2026/a") == b"0123456789"
    assert store.get("packs/2026/a", 3, 4) == b"3456"
    assert store.get("packs/2026/a", 8) == b"89"


def test_a_missing_or_short_blob_is_damage_by_name(store: BlobStore) -> None:
    with pytest.raises(DamagedBlobError, match="packs/none is missing"):
        store.get("packs/none")
    store.put("short", b"abc")
    with pytest.raises(DamagedBlobError, match="short ends early: 2 of 9 bytes"):
        store.get("short", 1, 9)


def test_listing_is_by_prefix_and_in_order(store: BlobStore) -> None:
    for key in ("b/2", "b/1", "a/1", "bb"):
        store.put(key, b"x")
    assert keys(store, "b") == ["b/1", "b/2", "bb"]
    assert keys(store, "b/") == ["b/1", "b/2"]
    assert keys(store, "none/") == []


def test_a_listing_tells_sizes_and_times(store: BlobStore) -> None:
    before_ms = time.time() * 1000
    store.put("a", b"four")
    (found,) = store.list()
    assert (found.key, found.size_bytes) == ("a", 4)
    assert abs(found.modified_ms - before_ms) < 60_000


def test_deleting_is_safe_to_repeat(store: BlobStore) -> None:
    store.put("a", b"x")
    store.delete("a")
    store.delete("a")
    assert keys(store) == []


@pytest.mark.parametrize("key", ["../up", "a/../../b", "", "a b", "/../etc", "a\n"])
def test_keys_cannot_leave_the_store(store: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="blob key"):
        store.put(key, b"x")


def test_a_write_that_fails_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "blobs" / "folder").write_bytes(b"a file in the way")
    with pytest.raises(UnavailableError, match="folder/a cannot be written"):
        store.put("folder/a", b"x")
    assert keys(store) == ["folder"]


@pytest.mark.parametrize(
    "url", ["s3:/bucket", "file:relative", "http://x", "file://host/path", "file:///", "x"]
)
def test_a_wrong_address_names_the_forms(url: str) -> None:
    with pytest.raises(ConfigError, match="expected file:///path"):
        open_blob_store(url)

"""The contract of blob stores, which files and S3 keep alike."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from otel_replay.errors import ConfigError, DamagedBlobError
from otel_replay.storage.blobs import BlobStore, open_blob_store
from tests.support.s3_server import S3Server


def keys(store: BlobStore, prefix: str = "") -> list[str]:
    return [blob.key for blob in store.list(prefix)]


@pytest.fixture(params=["file", "rclone", "moto"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> BlobStore:
    """An empty store: in a folder, or below a prefix of a bucket over HTTP."""
    if request.param == "file":
        return open_blob_store(f"file://{tmp_path}/blobs")
    request.getfixturevalue("s3_credentials")
    name = "s3_server" if request.param == "rclone" else "moto_server"
    server: S3Server = request.getfixturevalue(name)
    # Pages of a listing are to be turned.
    monkeypatch.setattr("otel_replay.storage.blobs.s3.PAGE_KEYS", 2)
    bucket = server.make_bucket(f"contract-{uuid.uuid4().hex}")
    server.store(bucket).put("not/below/the/prefix", b"x")
    return open_blob_store(f"s3://{bucket}/pre/fix/", server.options())


def test_what_was_put_can_be_had_in_whole_and_in_part(store: BlobStore) -> None:
    store.put("packs/2026/a", b"0123456789")
    assert store.get("packs/2026/a") == b"0123456789"
    assert store.get("packs/2026/a", 3, 4) == b"3456"
    assert store.get("packs/2026/a", 8) == b"89"
    assert store.get("packs/2026/a", 10) == b""
    assert store.get("packs/2026/a", 3, 0) == b""


def test_an_empty_blob_is_one_too(store: BlobStore) -> None:
    store.put("empty", b"")
    assert store.get("empty") == store.get("empty", 0, 0) == b""
    assert [(blob.key, blob.size_bytes) for blob in store.list()] == [("empty", 0)]


def test_a_missing_or_short_blob_is_damage_by_name(store: BlobStore) -> None:
    for offset, length in ((0, None), (3, None), (0, 5), (0, 0)):
        with pytest.raises(DamagedBlobError, match="^blob packs/none is missing$"):
            store.get("packs/none", offset, length)
    store.put("short", b"abc")
    with pytest.raises(DamagedBlobError, match="short ends early: 2 of 9 bytes"):
        store.get("short", 1, 9)
    with pytest.raises(DamagedBlobError, match="short ends early: 0 of 1 bytes at offset 3"):
        store.get("short", 3, 1)


def test_a_blob_may_be_replaced_whole(store: BlobStore) -> None:
    store.put("packs/a", b"a longer text")
    store.put("packs/a", b"short")
    assert store.get("packs/a") == b"short"


def test_many_megabytes_come_back_as_they_were(store: BlobStore) -> None:
    """More than one request's worth at S3, and no whole number of parts."""
    block = uuid.uuid4().bytes
    data = block * (33 * 1024 * 1024 // len(block)) + b"end"
    store.put("big", data)
    assert store.get("big") == data
    assert store.get("big", len(data) - 10, 10) == data[-10:]
    assert [blob.size_bytes for blob in store.list()] == [len(data)]


def test_two_that_write_one_key_never_tear_it(store: BlobStore) -> None:
    texts = [bytes([number]) * 200_000 for number in range(4)]
    store.put("packs/a", texts[0])
    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(store.put, "packs/a", text) for text in texts * 3]
        reads = [pool.submit(store.get, "packs/a") for _ in range(20)]
        for write in writes:
            write.result()
        assert {read.result() for read in reads} <= set(texts)
    assert store.get("packs/a") in texts
    assert keys(store) == ["packs/a"]


def test_listing_is_by_prefix_and_in_order(store: BlobStore) -> None:
    for key in ("b/2", "b/1", "a/1", "bb", "b-1"):
        store.put(key, b"x")
    assert keys(store, "b") == ["b-1", "b/1", "b/2", "bb"]
    assert keys(store, "b/") == ["b/1", "b/2"]
    assert keys(store, "none/") == []
    assert keys(store) == ["a/1", "b-1", "b/1", "b/2", "bb"]


def test_a_listing_tells_sizes_and_times(store: BlobStore) -> None:
    before_ms = time.time() * 1000
    store.put("a", b"four")
    (found,) = store.list()
    assert (found.key, found.size_bytes) == ("a", 4)
    assert abs(found.modified_ms - before_ms) < 60_000


def test_deleting_is_safe_to_repeat(store: BlobStore) -> None:
    store.put("a/b/c", b"x")
    store.delete("a/b/c")
    store.delete("a/b/c")
    store.delete("never/there")
    assert keys(store) == []


def test_writing_and_deleting_beside_one_another(store: BlobStore) -> None:
    """The last blob of a folder goes while another comes to it."""
    stop = threading.Event()

    def come_and_go(name: str) -> None:
        while not stop.is_set():
            store.put(f"folder/sub/{name}", b"x")
            store.delete(f"folder/sub/{name}")

    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(come_and_go, name) for name in "ab"]
        try:
            for number in range(30):
                store.put(f"folder/sub/{number}", b"y")
                assert store.get(f"folder/sub/{number}") == b"y"
                keys(store, "folder/")
                store.delete(f"folder/sub/{number}")
        finally:
            stop.set()
        for other in others:
            other.result()
    assert keys(store) == []


@pytest.mark.parametrize("key", ["../up", "a/../../b", "", "a b", "/../etc", "a\n"])
def test_keys_cannot_leave_the_store(store: BlobStore, key: str) -> None:
    for act in (lambda: store.put(key, b"x"), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="blob key"):
            act()


@pytest.mark.parametrize(
    "url",
    [
        *("s3:/bucket", "file:relative", "http://x", "file://host/path", "file:///", "x"),
        *("s3://", "s3:///prefix", "s3://b", "s3://bucket/a b", "s3://bucket?x=1", "s3://a/../b"),
    ],
)
def test_a_wrong_address_names_the_forms(url: str) -> None:
    with pytest.raises(ConfigError, match="OTEL_REPLAY_BLOBS is .*(expected|blob key)"):
        open_blob_store(url)

"""Can blobs be written, read, listed and deleted?"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit

from otel_replay.doctor.report import Check, failed, ok, skipped, warning
from otel_replay.doctor.setup import Setup
from otel_replay.doctor.web import shortened
from otel_replay.errors import ConfigError, DamagedBlobError, OtelReplayError
from otel_replay.storage.blobs import BlobStore, open_blob_store

_NAME = "blob store"
_SIZE_BYTES = 4096
_START, _END = 1000, 3000


@runtime_checkable
class _Bucket(Protocol):
    """A store that may keep what was deleted; see S3BlobStore."""

    def keeps_versions(self) -> bool: ...


def blobs(setup: Setup) -> Iterator[Check]:
    """A blob of the doctor's own goes in, comes out, and is gone again."""
    url = setup.settings.blobs_url_of(setup.project_settings)
    parts = urlsplit(url)
    if parts.scheme == "file" and not Path(unquote(parts.path)).is_dir():
        yield skipped(_NAME, f"{url} is not on this machine, or nothing was ever stored there")
        return
    try:
        store = open_blob_store(url, setup.settings.s3)
        began = time.perf_counter()
        steps = _probe(store)
    except OtelReplayError as exc:
        yield failed(_NAME, shortened(exc), _remedy(exc, url))
        return
    yield ok(_NAME, f"{url}: {steps}", (time.perf_counter() - began) * 1000)
    if isinstance(store, _Bucket):
        yield _versions(store)


def _probe(store: BlobStore) -> str:
    """Returns how long each step took. Raises OtelReplayError."""
    key, data = f"doctor/{secrets.token_hex(16)}", secrets.token_bytes(_SIZE_BYTES)
    took = []

    def step(name: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        took.append(f"{name} {(time.perf_counter() - began) * 1000:.0f} ms")

    step("put", lambda: store.put(key, data))
    try:
        step("ranged get", lambda: _expect(store.get(key, _START, _END - _START), data))
        step("list", lambda: _expect_listed(store, key))
    finally:
        step("delete", lambda: store.delete(key))
    if any(store.list(key)):
        raise DamagedBlobError(f"blob {key} is listed although it was deleted")
    return ", ".join(took)


def _expect(found: bytes, data: bytes) -> None:
    if found != data[_START:_END]:
        raise DamagedBlobError(f"bytes {_START} to {_END} of a blob come back as others")


def _expect_listed(store: BlobStore, key: str) -> None:
    listed = [(blob.key, blob.size_bytes) for blob in store.list(key)]
    if listed != [(key, _SIZE_BYTES)]:
        raise DamagedBlobError(f"blob {key} was written, and a listing answers {listed}")


def _remedy(error: OtelReplayError, url: str) -> str:
    if not url.startswith("s3://"):
        return f"see to it that {url} can be written by the user that otel-replay runs as"
    if isinstance(error, ConfigError):
        return (
            "run the doctor with the settings and AWS variables of the processes themselves;"
            " docs/reference/s3.md has the rights that are needed"
        )
    if isinstance(error, DamagedBlobError):
        return "this store does not do what S3 does: try another, or a newer version of it"
    return "see to it that it runs and can be reached from here; what comes in waits in the spool"


def _versions(store: _Bucket) -> Check:
    name = "bucket versions"
    try:
        kept = store.keeps_versions()
    except OtelReplayError as exc:
        return skipped(name, shortened(exc))
    if not kept:
        return ok(name, "what is deleted is gone")
    return warning(
        name,
        "the bucket keeps versions: what is erased, and what expires, is still in there",
        "suspend versions, or let a rule of the bucket expire old ones: docs/reference/s3.md",
    )

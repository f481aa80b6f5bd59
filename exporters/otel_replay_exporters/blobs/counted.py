"""A blob store whose operations are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from otel_replay.instruments import Instruments
from otel_replay.storage.blobs import BlobInfo, BlobStore


def counted(blobs: BlobStore, instruments: Instruments | None) -> BlobStore:
    """`blobs` with its operations in the figures, each once however often it is wrapped."""
    if instruments is None or isinstance(blobs, CountedBlobStore):
        return blobs
    return CountedBlobStore(blobs, instruments)


class CountedBlobStore:
    """Counts operations by outcome, ok or failed, and passes them on."""

    def __init__(self, blobs: BlobStore, instruments: Instruments) -> None:
        self._blobs = blobs
        self._operations = instruments.blob_operations

    def put(self, key: str, data: bytes) -> None:
        with self._counting("put"):
            self._blobs.put(key, data)

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        with self._counting("get"):
            return self._blobs.get(key, offset, length)

    def delete(self, key: str) -> None:
        with self._counting("delete"):
            self._blobs.delete(key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        with self._counting("list"):
            yield from self._blobs.list(prefix)

    @contextmanager
    def _counting(self, operation: str) -> Iterator[None]:
        try:
            yield
        except Exception:
            self._operations.labels(operation, "failed").inc()
            raise
        self._operations.labels(operation, "ok").inc()

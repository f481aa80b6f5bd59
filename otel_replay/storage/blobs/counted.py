"""A blob store whose operations, requests and bytes are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from otel_replay.instruments import Instruments
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.blobs.costs import DOLLARS, request_class

_CLASS_OF_METHOD = {"put": "PUT", "get": "GET", "list": "LIST", "delete": "DELETE"}


@runtime_checkable
class _Requesting(Protocol):
    """A store whose operations are requests over the network, each of which it tells of."""

    sent: Callable[[str], None]


def counted(blobs: BlobStore, instruments: Instruments | None) -> BlobStore:
    """`blobs` with its operations in the figures, each once however often it is wrapped."""
    if instruments is None or isinstance(blobs, CountedBlobStore):
        return blobs
    return CountedBlobStore(blobs, instruments)


class CountedBlobStore:
    """Counts operations by outcome, ok or failed, and passes them on.

    A store of files counts as one request for each operation; S3 tells of its requests itself,
    which are more where it tries again, uploads in parts or turns pages.
    """

    def __init__(self, blobs: BlobStore, instruments: Instruments) -> None:
        self._blobs = blobs
        self._figures = instruments
        self._charged = isinstance(blobs, _Requesting)
        self._store = "s3" if self._charged else "file"
        if isinstance(blobs, _Requesting):
            blobs.sent = self._count_request

    def put(self, key: str, data: bytes) -> None:
        with self._counting("put"):
            self._blobs.put(key, data)
        self._figures.blob_bytes.labels(self._store, "written").inc(len(data))

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        with self._counting("get"):
            data = self._blobs.get(key, offset, length)
        self._figures.blob_bytes.labels(self._store, "read").inc(len(data))
        return data

    def delete(self, key: str) -> None:
        with self._counting("delete"):
            self._blobs.delete(key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        with self._counting("list"):
            yield from self._blobs.list(prefix)

    @contextmanager
    def _counting(self, operation: str) -> Iterator[None]:
        if not self._charged:
            self._figures.blob_requests.labels(self._store, _CLASS_OF_METHOD[operation]).inc()
        try:
            yield
        except Exception:
            self._figures.blob_operations.labels(self._store, operation, "failed").inc()
            raise
        self._figures.blob_operations.labels(self._store, operation, "ok").inc()

    def _count_request(self, operation: str) -> None:
        name = request_class(operation)
        self._figures.blob_requests.labels(self._store, name).inc()
        self._figures.blob_dollars.labels(self._store).inc(DOLLARS[name])
        self._figures.recent_blob_requests.add(name)

"""Blob stores: where payload bytes lie, by key.

Keys are relative paths of letters, digits and ``-_./``; a blob is written once and never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from otel_replay.errors import ConfigError
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.blobs.info import BlobInfo
from otel_replay.storage.blobs.s3_options import S3Options

__all__ = ["BlobInfo", "BlobStore", "FileBlobStore", "S3Options", "open_blob_store"]


class BlobStore(Protocol):
    """What every store promises. Safe for threads."""

    def put(self, key: str, data: bytes) -> None:
        """Stores `data`; when it returns, the bytes survive a crash. Raises UnavailableError."""

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """Returns `length` bytes from `offset` (all that follows when None).

        Raises DamagedBlobError when the blob is missing or shorter than asked for, and
        UnavailableError when the store cannot be reached.
        """

    def delete(self, key: str) -> None:
        """Removes a blob; one that is not there is no error. Raises UnavailableError."""

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """Yields the blobs whose keys begin with `prefix`, in their order.

        Raises UnavailableError.
        """


def open_blob_store(url: str, s3: S3Options | None = None) -> BlobStore:
    """Opens the store that ``OTEL_REPLAY_BLOBS`` names; nothing is connected yet.

    Raises ConfigError.
    """
    if url.startswith("s3://"):
        # boto3 takes half a second to import, which those who keep files need not wait for.
        from otel_replay.storage.blobs.s3 import S3BlobStore

        return S3BlobStore.of_url(url, s3)
    parts = urlsplit(url) if url.startswith("file:///") else None
    if parts is not None and parts.path.strip("/"):
        return FileBlobStore(Path(unquote(parts.path)))
    raise ConfigError(f"OTEL_REPLAY_BLOBS is {url!r}: expected file:///path or s3://bucket/prefix")

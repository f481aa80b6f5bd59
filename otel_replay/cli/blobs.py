"""What the blob stores are asked when a process starts."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from otel_replay.errors import ConfigError, UnavailableError
from otel_replay.storage.blobs import BlobStore

logger = logging.getLogger(__name__)

_OLD_MS = 86_400_000


@runtime_checkable
class Bucket(Protocol):
    """A blob store that may not be there, or not for us; see S3BlobStore."""

    def check(self) -> None: ...
    def abort_abandoned(self, begun_before_ms: int) -> int: ...


def check_blobs(stores: Iterable[BlobStore]) -> None:
    """Raises ConfigError when a bucket cannot be used. One that does not answer may yet come."""
    for store in stores:
        if isinstance(store, Bucket):
            try:
                store.check()
            except UnavailableError as exc:
                logger.warning("blobs: %s; what comes in waits in the spool until it answers", exc)


def tidy_blobs(stores: Iterable[BlobStore]) -> None:
    """Aborts uploads that processes which were killed have left behind, more than a day ago."""
    for store in stores:
        if isinstance(store, Bucket):
            try:
                number = store.abort_abandoned(int(time.time() * 1000) - _OLD_MS)
            except (ConfigError, UnavailableError) as exc:
                # Some stores cannot list them, and not all credentials may.
                logger.info("blobs: %s", exc)
            else:
                if number:
                    logger.info("blobs: %d uploads that were left behind are aborted", number)

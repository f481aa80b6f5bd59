"""Tries again what fails for a moment: a job that takes hours should survive one bad answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from otel_replay.errors import RetryableError
from otel_replay.storage.blobs import BlobInfo, BlobStore

T = TypeVar("T")

TRIES = 10
FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 5.0


def patient(call: Callable[[], T]) -> T:
    """The answer of `call`; a RetryableError is raised only after TRIES of them in a row."""
    wait_s = FIRST_WAIT_S
    for _ in range(TRIES - 1):
        try:
            return call()
        except RetryableError:
            threading.Event().wait(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
    return call()


class PatientBlobs:
    """A blob store whose operations are tried again; all of them may be done twice."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def put(self, key: str, data: bytes) -> None:
        patient(lambda: self._blobs.put(key, data))

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        return patient(lambda: self._blobs.get(key, offset, length))

    def delete(self, key: str) -> None:
        patient(lambda: self._blobs.delete(key))

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """Goes on after the last blob that it gave when the listing breaks off."""
        last, failures = "", 0
        while True:
            try:
                for blob in self._blobs.list(prefix):
                    if blob.key > last:
                        last, failures = blob.key, 0
                        yield blob
                return
            except RetryableError:
                failures += 1
                if failures >= TRIES:
                    raise
                threading.Event().wait(min(FIRST_WAIT_S * 2**failures, LONGEST_WAIT_S))

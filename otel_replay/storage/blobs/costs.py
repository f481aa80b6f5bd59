"""What requests to S3, and bytes in it, cost.

AWS's list prices of S3 Standard in us-east-1, US dollars (https://aws.amazon.com/s3/pricing/);
other regions, classes and stores have others. Bytes that leave AWS, and requests to KMS, are not
in it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from otel_replay.storage.blobs.s3_options import PART_BYTES, WHOLE_BYTES

REQUEST_CLASSES = ("PUT", "GET", "LIST", "DELETE")
DOLLARS = {"PUT": 5e-6, "GET": 4e-7, "LIST": 5e-6, "DELETE": 0.0}
"""Per request, by the class that it is charged as."""
DOLLARS_PER_GIB_MONTH = 0.023
HOURS_PER_MONTH = 730

_CLASS_OF_OPERATION = {
    "PutObject": "PUT",
    "CreateMultipartUpload": "PUT",
    "UploadPart": "PUT",
    "CompleteMultipartUpload": "PUT",
    "ListObjectsV2": "LIST",
    "ListMultipartUploads": "LIST",
    "DeleteObject": "DELETE",
    "AbortMultipartUpload": "DELETE",
}
_HOUR_S, _MINUTE_S = 3600, 60


def request_class(operation: str) -> str:
    """What S3's operation, by its name there, is charged as. All others are charged as GET."""
    return _CLASS_OF_OPERATION.get(operation, "GET")


def put_requests(size_bytes: int) -> int:
    """Requests of the class PUT that storing a blob takes at S3."""
    if size_bytes <= WHOLE_BYTES:
        return 1
    return 2 + -(-size_bytes // PART_BYTES)


@dataclass(frozen=True)
class HourOfRequests:
    """What this process asked of the blob store in the last hour."""

    seconds: float
    """How much of that hour it has been there."""
    requests: dict[str, int]
    """By class."""

    @property
    def dollars_per_month(self) -> float:
        """What requests cost in a month that goes on like this."""
        dollars = sum(DOLLARS[name] * count for name, count in self.requests.items())
        return dollars * _HOUR_S / max(self.seconds, _MINUTE_S) * HOURS_PER_MONTH


class RecentRequests:
    """Counts requests by minute, and forgets them after an hour. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._lock = threading.Lock()
        self._minutes: deque[tuple[float, Counter[str]]] = deque()

    def add(self, name: str) -> None:
        """A request of this class went out."""
        now = self._clock()
        with self._lock:
            if not self._minutes or now - self._minutes[-1][0] >= _MINUTE_S:
                self._minutes.append((now, Counter()))
            self._minutes[-1][1][name] += 1
            self._forget(now)

    def last_hour(self) -> HourOfRequests:
        """What is remembered."""
        now = self._clock()
        with self._lock:
            self._forget(now)
            total = sum((counts for _, counts in self._minutes), Counter[str]())
        seconds = min(now - self._since, _HOUR_S)
        return HourOfRequests(seconds, {name: total[name] for name in REQUEST_CLASSES})

    def _forget(self, now: float) -> None:
        while self._minutes and now - self._minutes[0][0] >= _HOUR_S:
            self._minutes.popleft()

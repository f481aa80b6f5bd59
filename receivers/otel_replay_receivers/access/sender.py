"""Who sends a request, and how much it still may."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from otel_replay.projects import IngestKey
from otel_replay.remote_settings import RemoteSettings
from otel_replay.usage import UsageLedger
from otel_replay_receivers.access.buckets import TokenBucket
from otel_replay_receivers.access.origins import Origins
from otel_replay_receivers.otlp.status import RESOURCE_EXHAUSTED, Failure, Refusal

MAX_RETRY_AFTER_S = 3600.0
"""A daily budget is gone until midnight, but its owner may raise it before."""
_DAY_S = 86400
NO_SETTINGS = RemoteSettings()


class Sender:
    """The holder of one ingest key, or everybody where there are no keys."""

    def __init__(
        self,
        project: str = "",
        key: IngestKey | None = None,
        *,
        origins: Origins | None = None,
        settings: RemoteSettings = NO_SETTINGS,
        usage: UsageLedger | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`origins` are the pages that may use the key, None for all, and `settings` what they are
        told; `clock` gives seconds of any beginning, `now` seconds since the epoch."""
        self.project, self.origins, self.settings = project, origins, settings
        self.key = key.shown if key is not None else ""
        self._bytes_per_day = key.bytes_per_day if key is not None else 0
        self._requests = TokenBucket(key.requests_per_second if key else 0, 1, clock)
        self._bytes = TokenBucket(key.bytes_per_second if key else 0, clock=clock)
        self._usage, self._now = usage, now
        self._under_way = 0

    def admit(self, declared_bytes: int) -> None:
        """Counts a request that is about to be read, `declared_bytes` long or 0 when not known.

        Raises Refusal when the sender is over its rate or its budget, with the time to wait.
        """
        self._check_rate("requests", self._requests.wait_s(1))
        self._check_size(declared_bytes)
        self._requests.take(1)

    @contextmanager
    def charged(self, size: int) -> Iterator[None]:
        """Charges a body of `size` bytes, decompressed, until the ledger knows what became of it.

        Raises Refusal when it does not fit the rate or the budget.
        """
        self._check_size(size)
        self._bytes.take(size)
        self._under_way += size
        try:
            yield
        finally:
            self._under_way -= size

    def _check_size(self, size: int) -> None:
        self._check_rate("bytes", self._bytes.wait_s(max(size, 1)))
        if not self._bytes_per_day:
            return
        if size > self._bytes_per_day:
            message = (
                f"the request has {size} bytes, more than the {self._bytes_per_day} bytes a day of"
                f" the ingest key {self.key!r}: send less in one request, or raise bytes_per_day"
            )
            raise Refusal(Failure(RESOURCE_EXHAUSTED, 413, message, "daily_budget"))
        used = self._under_way
        if self._usage is not None:
            used += self._usage.bytes_today(self.project, self.key)
        if used + max(size, 1) > self._bytes_per_day:
            message = (
                f"the ingest key {self.key!r} has a budget of {self._bytes_per_day} bytes a day, of"
                f" which {max(0, self._bytes_per_day - used)} are left: it begins anew at midnight"
                " UTC"
            )
            raise _too_much(message, "daily_budget", min(self._until_midnight_s, MAX_RETRY_AFTER_S))

    def _check_rate(self, what: str, wait_s: float) -> None:
        if wait_s > 0:
            message = (
                f"the ingest key {self.key!r} is over its {what} per second: send again in"
                f" {wait_s:.1f} s"
            )
            raise _too_much(message, "rate_limit", wait_s)

    @property
    def _until_midnight_s(self) -> float:
        return _DAY_S - self._now() % _DAY_S


EVERYBODY = Sender()
"""Where there are no keys and no projects."""


def _too_much(message: str, reason: str, retry_after_s: float) -> Refusal:
    return Refusal(Failure(RESOURCE_EXHAUSTED, 429, message, reason, retry_after_s))

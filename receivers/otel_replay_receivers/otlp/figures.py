"""Feeds the figures and the usage ledger with what becomes of export requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from otel_replay.errors import RetryableError
from otel_replay.instruments import Instruments
from otel_replay.telemetry import SignalName
from otel_replay.usage import ACCEPTED, UsageLedger
from otel_replay_receivers.otlp.decode import Decoded

Transport = Literal["grpc", "http"]
Outcome = Literal["accepted", "refused", "failed"]
_RECEIVER = "otlp"
_UNFIT: dict[SignalName, str] = {"traces": "invalid_ids", "logs": "invalid_chunk"}
"""Reason for records that are left out of a request which is otherwise stored; metrics all fit."""


class Figures:
    """One per receiver."""

    def __init__(self, instruments: Instruments, usage: UsageLedger | None) -> None:
        self._instruments, self._usage = instruments, usage

    @contextmanager
    def under_way(self, signal: SignalName, transport: Transport) -> Iterator[None]:
        """Around one request, from its arrival to its answer."""
        gauge = self._instruments.requests_under_way.labels(transport)
        gauge.inc()
        started = time.perf_counter()
        try:
            yield
        finally:
            gauge.dec()
            seconds = self._instruments.request_seconds.labels(signal, transport)
            seconds.observe(time.perf_counter() - started)

    def arrived(
        self, project: str, signal: SignalName, transport: Transport, size_bytes: int
    ) -> None:
        """A request has been received whole; its size is the decompressed one."""
        self._instruments.requests.labels(project, signal, transport).inc()
        self._instruments.request_bytes.labels(project, signal, transport).inc(size_bytes)

    def decoded(self, project: str, key: str, transport: Transport, decoded: Decoded) -> None:
        """Records that are no use to anyone have been left out of a request."""
        if not decoded.rejected:
            return
        signal, rejected = decoded.request.signal, decoded.rejected
        self._instruments.failed[signal].labels(_RECEIVER, transport).inc(rejected)
        self._instruments.refusals.labels(project, _UNFIT[signal]).inc()
        if signal == "logs":
            self._instruments.chunks.labels(project, "failed").inc(rejected)
        if self._usage is not None:
            self._usage.add(
                project=project,
                key=key,
                signal=signal,
                outcome="failed",
                reason=_UNFIT[signal],
                records=rejected,
            )

    def handed_over(
        self,
        project: str,
        key: str,
        transport: Transport,
        decoded: Decoded,
        error: Exception | None,
    ) -> None:
        """Storage has taken the rest of the request, or raised `error`."""
        outcome = outcome_of(error)
        records = getattr(self._instruments, outcome)[decoded.request.signal]
        records.labels(_RECEIVER, transport).inc(decoded.accepted)
        number = len(decoded.request.chunks)
        if number:
            self._instruments.chunks.labels(project, outcome).inc(number)
        if number and self._usage is not None:
            # Request and bytes count once, as those of logs.
            self._usage.add(
                project=project, key=key, signal="replay", outcome=outcome, records=number
            )

    def answered(
        self, project: str, key: str, signal: SignalName, records: int, size_bytes: int
    ) -> None:
        """A request has been stored and is about to be acknowledged."""
        if self._usage is not None:
            self._usage.add(
                project=project,
                key=key,
                signal=signal,
                outcome=ACCEPTED,
                requests=1,
                records=records,
                bytes=size_bytes,
            )

    def turned_away(self, reason: str) -> None:
        """Something that is no export request, or of nobody known, is refused."""
        self._instruments.refusals.labels("", reason).inc()

    def refused(
        self, project: str, key: str, signal: SignalName, outcome: Outcome, reason: str
    ) -> None:
        """A request is refused whole."""
        self._instruments.refusals.labels(project, reason).inc()
        if self._usage is not None:
            self._usage.add(
                project=project,
                key=key,
                signal=signal,
                outcome=outcome,
                reason=reason,
                requests=1,
            )


def outcome_of(error: Exception | None) -> Outcome:
    """In the Collector's words: refused is what the sender may send again, failed is lost."""
    if error is None:
        return "accepted"
    return "refused" if isinstance(error, RetryableError) else "failed"

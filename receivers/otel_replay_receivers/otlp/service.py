"""The OTLP export service, apart from how requests reach it: decode, hand over, answer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from otel_replay import semconv
from otel_replay.errors import InvalidDataError
from otel_replay.instruments import Instruments
from otel_replay.self_telemetry import Attributes, request_span
from otel_replay.telemetry import Consumer, ExportRequest, SignalName
from otel_replay_receivers.access.sender import EVERYBODY, Sender
from otel_replay_receivers.otlp.decode import decode
from otel_replay_receivers.otlp.figures import Figures, Transport
from otel_replay_receivers.otlp.signals import SIGNALS


class OtlpService:
    """Decodes requests, hands them to the consumer, and answers once they are durable."""

    def __init__(self, consumer: Consumer, figures: Figures | None = None) -> None:
        self._consumer = consumer
        self._figures = figures or Figures(Instruments(), None)

    async def export(
        self,
        signal: SignalName,
        data: bytes,
        sender: Sender = EVERYBODY,
        transport: Transport = "http",
    ) -> tuple[Any, int]:
        """Stores one export request; returns the response message and the records stored.

        Raises InvalidDataError (the sender should drop the request) or RetryableError.
        """
        about: Attributes = {
            semconv.PROJECT: sender.project,
            semconv.TRANSPORT: transport,
            semconv.REQUEST_BYTES: len(data),
        }
        with request_span(f"export {signal}", data, about) as span:
            answer, records = await self._export(signal, data, sender, transport)
            span.set_attribute(semconv.RECORDS, records)
            return answer, records

    async def _export(
        self, signal: SignalName, data: bytes, sender: Sender, transport: Transport
    ) -> tuple[Any, int]:
        decoded = decode(signal, data, time.time_ns() // 1_000_000)
        self._figures.decoded(sender.project, sender.key, transport, decoded)
        if decoded.accepted:
            error: Exception | None = None
            try:
                await self._store(replace(decoded.request, project=sender.project))
            except Exception as exc:
                error = exc
                raise
            finally:
                self._figures.handed_over(sender.project, sender.key, transport, decoded, error)
        return SIGNALS[signal].answer(decoded.rejected, decoded.message), decoded.accepted

    async def _store(self, request: ExportRequest) -> None:
        try:
            await self._consumer(request)
        except InvalidDataError as exc:
            if exc.reason == "malformed":
                exc.reason = "storage_refused"
            raise

"""The OTLP export service, apart from how requests reach it: decode, hand over, answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from otel_replay import semconv
from otel_replay.errors import InvalidDataError
from otel_replay.instruments import Instruments
from otel_replay.self_telemetry import Attributes, request_span
from otel_replay.telemetry import Consumer, ExportRequest, SignalName
from otel_replay_receivers.access.sender import EVERYBODY, Sender
from otel_replay_receivers.otlp.aside import Aside
from otel_replay_receivers.otlp.decode import Decoded, decode
from otel_replay_receivers.otlp.figures import Figures, Transport
from otel_replay_receivers.otlp.json import to_protobuf
from otel_replay_receivers.otlp.signals import SIGNALS

_BIG_JSON_BYTES, _BIG_BYTES = 64 * 1024, 512 * 1024
"""From here on it takes long enough, some 5 or 20 ms, for others to notice."""


class OtlpService:
    """Decodes requests, hands them to the consumer, and answers once they are durable."""

    def __init__(self, consumer: Consumer, figures: Figures | None = None) -> None:
        self._consumer = consumer
        self._figures = figures or Figures(Instruments(), None)
        self._aside = Aside()

    async def export(
        self,
        signal: SignalName,
        data: bytes,
        sender: Sender = EVERYBODY,
        transport: Transport = "http",
        *,
        is_json: bool = False,
        decoded: Callable[[], None] = lambda: None,
    ) -> tuple[Any, int]:
        """Stores one export request; returns the response message and the records stored.

        `decoded` is called once the request has been taken apart and waits for storage.
        Raises InvalidDataError (the sender should drop the request) or RetryableError.
        """
        if is_json:
            data = await self._to_protobuf(signal, data)
        about: Attributes = {
            semconv.PROJECT: sender.project,
            semconv.TRANSPORT: transport,
            semconv.REQUEST_BYTES: len(data),
        }
        with request_span(f"export {signal}", data, about) as span:
            taken = await self._decode(signal, data)
            decoded()
            answer, records = await self._export(taken, sender, transport)
            span.set_attribute(semconv.RECORDS, records)
            return answer, records

    async def _to_protobuf(self, signal: SignalName, data: bytes) -> bytes:
        if len(data) < _BIG_JSON_BYTES:
            return to_protobuf(signal, data)
        return await self._aside.run(to_protobuf, signal, data)

    async def _decode(self, signal: SignalName, data: bytes) -> Decoded:
        received_ms = time.time_ns() // 1_000_000
        if len(data) < _BIG_BYTES:
            return decode(signal, data, received_ms)
        return await self._aside.run(decode, signal, data, received_ms)

    async def _export(
        self, decoded: Decoded, sender: Sender, transport: Transport
    ) -> tuple[Any, int]:
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
        answer = SIGNALS[decoded.request.signal].answer(decoded.rejected, decoded.message)
        return answer, decoded.accepted

    async def _store(self, request: ExportRequest) -> None:
        try:
            await self._consumer(request)
        except InvalidDataError as exc:
            if exc.reason == "malformed":
                exc.reason = "storage_refused"
            raise

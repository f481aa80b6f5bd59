"""The OTLP export service, apart from how requests reach it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_replay.errors import InvalidDataError, RetryableError
from otel_replay.telemetry import Consumer, SignalName
from otel_replay_receivers.otlp.decode import Decoded, decode

SIGNALS: tuple[SignalName, ...] = ("traces", "logs")


class OtlpService:
    """Decodes requests, hands them to the consumer, and answers once they are durable."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self.counts: Counter[tuple[str, str]] = Counter()
        """Records by (signal, 'accepted' | 'refused' | 'failed')."""

    async def export(self, signal: SignalName, data: bytes) -> Any:
        """Stores one export request; returns the response message.

        Raises InvalidDataError (the sender should drop the request) or RetryableError.
        """
        try:
            decoded = decode(signal, data, time.time_ns() // 1_000_000)
        except InvalidDataError:
            self.counts[signal, "failed"] += 1
            raise
        self.counts[signal, "failed"] += decoded.rejected
        if decoded.accepted:
            await self._store(signal, decoded)
        return _response(signal, decoded)

    async def _store(self, signal: SignalName, decoded: Decoded) -> None:
        try:
            await self._consumer(decoded.request)
        except RetryableError:
            self.counts[signal, "refused"] += decoded.accepted
            raise
        except InvalidDataError:
            self.counts[signal, "failed"] += decoded.accepted
            raise
        self.counts[signal, "accepted"] += decoded.accepted


def _response(signal: SignalName, decoded: Decoded) -> Any:
    """partial_success stays unset on full success, as the specification wants."""
    response: Any
    if signal == "traces":
        response = ExportTraceServiceResponse()
        if decoded.rejected:
            response.partial_success.rejected_spans = decoded.rejected
    else:
        response = ExportLogsServiceResponse()
        if decoded.rejected:
            response.partial_success.rejected_log_records = decoded.rejected
    if decoded.rejected:
        response.partial_success.error_message = decoded.message
    return response

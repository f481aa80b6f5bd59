"""What every sender of these tests sends, through OpenTelemetry's SDK for Python.

tests/js/send.mjs sends the same. Times and ids are fixed, so that rows can be compared.
"""

from __future__ import annotations

import itertools

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
START_NS = 1_790_000_000_000_000_000


def at(ms: int) -> int:
    return START_NS + ms * 1_000_000


class FixedIds(IdGenerator):
    """Ids in the order in which spans are made."""

    def __init__(self) -> None:
        self._spans = itertools.count(1)

    def generate_span_id(self) -> int:
        return int(str(next(self._spans)).zfill(16), 16)

    def generate_trace_id(self) -> int:
        return int(TRACE_ID, 16)


def resource(service: str) -> Resource:
    return Resource({"service.name": service, "service.version": "1.0"})


def send_traces(exporter: SpanExporter, service: str) -> None:
    provider = TracerProvider(resource=resource(service), id_generator=FixedIds())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("lib", "2.5")
    linked = SpanContext(int("ab" * 16, 16), int("cd" * 8, 16), True, TraceFlags(1))
    parent = tracer.start_span(
        "GET /orders",
        Context(),
        SpanKind.SERVER,
        links=[Link(linked, {"why": "retry"})],
        start_time=at(0),
    )
    parent.set_attributes(
        {"text": "ü ✓", "yes": True, "whole": 42, "half": 0.5, "list": ["a", "b"]}
    )
    attributes = {"exception.type": "KeyError", "exception.message": "kettle"}
    parent.add_event("exception", attributes, at(3))
    inside = trace.set_span_in_context(parent, Context())
    tracer.start_span("SELECT", inside, SpanKind.CLIENT, start_time=at(1)).end(at(2))
    parent.set_status(Status(StatusCode.ERROR, "no kettle"))
    parent.end(at(5))
    assert provider.force_flush()
    provider.shutdown()


def send_logs(exporter: LogRecordExporter, service: str) -> None:
    provider = LoggerProvider(resource=resource(service))
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("lib", "2.5")
    span = SpanContext(int(TRACE_ID, 16), 1, True, TraceFlags(1))
    logger.emit(
        LogRecord(
            timestamp=at(1),
            observed_timestamp=at(1),
            severity_number=SeverityNumber.ERROR,
            severity_text="ERROR",
            body="out of kettles",
            attributes={"shelf": 7, "session.id": "5e55"},
            context=trace.set_span_in_context(trace.NonRecordingSpan(span), Context()),
        )
    )
    logger.emit(
        LogRecord(
            timestamp=at(2),
            observed_timestamp=at(2),
            severity_number=SeverityNumber.INFO,
            body="done",
            event_name="restocked",
            context=Context(),
        )
    )
    assert provider.force_flush()
    provider.shutdown()


def send_metrics(exporter: MetricExporter, service: str) -> None:
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=600_000)
    provider = MeterProvider([reader], resource(service))
    meter = provider.get_meter("lib", "2.5")
    orders = meter.create_counter("orders", "1", "Orders placed")
    for count in (2, 3):
        orders.add(count, {"shop": "north"})

    def kettles(_options: CallbackOptions) -> list[Observation]:
        return [Observation(7.5)]

    meter.create_observable_gauge("kettles", [kettles], "1")
    wait = meter.create_histogram("wait", "s", explicit_bucket_boundaries_advisory=[1, 5])
    for value in (0.5, 2, 3, 9):
        wait.record(value)
    # Collects and exports once more, so flushing before would send all twice.
    provider.shutdown()

"""Traces and logs of one service, with the standard OpenTelemetry packages.

Where to send and what to be called comes from the standard variables: ``OTEL_SERVICE_NAME``,
``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_BSP_SCHEDULE_DELAY`` and so on. The program
``opentelemetry-instrument`` does the same without any code.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import flask
from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.logging import LoggingInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# Probes and style sheets tell nothing about what a user did.
NOT_TRACED = "healthz,static/"


@contextmanager
def telemetry() -> Iterator[None]:
    """Export what happens inside the block; what is still waiting leaves at its end."""
    tracer_provider = TracerProvider()
    tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracer_provider)
    logger_provider = LoggerProvider()
    logger_provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(logger_provider)
    _instrument_libraries()
    try:
        yield
    finally:
        tracer_provider.shutdown()
        logger_provider.shutdown()


def instrument_app(app: flask.Flask) -> None:
    """Make every request to ``app`` a span, joined to the trace of whoever sent it."""
    FlaskInstrumentor().instrument_app(app, excluded_urls=NOT_TRACED)


def _instrument_libraries() -> None:
    RequestsInstrumentor().instrument()
    SQLite3Instrumentor().instrument()
    # Lines of Python's logging become OTLP log records that carry the current trace id.
    LoggingInstrumentor().instrument()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")

"""Traces and logs of otel-replay itself, off by default, and never about their own export.

Code that is worth a span asks `span` for one, which costs nothing while this is off. `start` has
spans and the log lines of our loggers exported by OTLP/HTTP, to this very receiver if one likes.
What that export causes is left out, or there would be no end of it:

- a request whose resource is marked as self-telemetry gets no span, wherever it came through;
- spans and log lines of the storing of requests are kept only while a request of others is under
  way, so a commit that has nothing but self-telemetry in it goes by in silence.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Tracer

from otel_replay import semconv

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.trace import TracerProvider

SERVICE = "otel-replay"
SPANS_PER_SECOND = 10
"""Of one name; what goes beyond is not sampled."""
STOP_TIMEOUT_S = 5
OUR_LOGGERS = (
    "otel_replay",
    "otel_replay_receivers",
    "otel_replay_exporters",
    "otel_replay_ui",
)
_OF_REQUESTS = ("otel_replay_receivers", "otel_replay_exporters")
"""Loggers whose lines our own export could cause."""
_MARK = semconv.SELF_TELEMETRY.encode()

Attributes = Mapping[str, str | int | float | bool]


class _Active:
    """What runs while self-telemetry is on."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.requests = 0
        """Requests of others that are under way."""
        self._lock = threading.Lock()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Counts a request of others."""
        with self._lock:
            self.requests += 1
        try:
            yield
        finally:
            with self._lock:
                self.requests -= 1


_active: _Active | None = None


def span(name: str, attributes: Attributes | None = None) -> AbstractContextManager[Span]:
    """A span around a piece of work that no request causes, such as a round of a worker."""
    active = _active
    if active is None:
        return INVALID_SPAN
    return active.tracer.start_as_current_span(name, attributes=attributes)


def storage_span(name: str, attributes: Attributes | None = None) -> AbstractContextManager[Span]:
    """A span around work for requests; none where all of them are our own telemetry's."""
    active = _active
    if active is None or not active.requests:
        return INVALID_SPAN
    return active.tracer.start_as_current_span(name, attributes=attributes)


@contextmanager
def request_span(name: str, data: bytes, attributes: Attributes | None = None) -> Iterator[Span]:
    """A span around the answer to an export request with the body `data`."""
    active = _active
    if active is None or _MARK in data:
        yield INVALID_SPAN
        return
    with (
        active.request(),
        active.tracer.start_as_current_span(
            name, kind=SpanKind.SERVER, attributes=attributes
        ) as found,
    ):
        yield found


class SelfTelemetry:
    """Self-telemetry that is on; `stop` ends it."""

    def __init__(self, traces: TracerProvider, logs: LoggerProvider, handler: _Handler) -> None:
        self._traces, self._logs, self._handler = traces, logs, handler
        self._stopped = False

    def stop(self) -> None:
        """Exports what waits, in a few seconds at most. Blocks: the receiver must go on serving."""
        global _active
        if self._stopped:
            return
        self._stopped = True
        _active = None
        for name in OUR_LOGGERS:
            logging.getLogger(name).removeHandler(self._handler)
        for provider in (self._traces, self._logs):
            provider.force_flush(STOP_TIMEOUT_S * 1000)
            provider.shutdown()


def start(endpoint: str, version: str, *, export_every_s: float | None = None) -> SelfTelemetry:
    """Begins to export to an OTLP/HTTP `endpoint` such as ``http://127.0.0.1:4318``.

    ``OTEL_EXPORTER_OTLP_HEADERS`` adds headers, such as an ingest key;
    ``OTEL_EXPORTER_OTLP_CERTIFICATE`` names the authority of a TLS endpoint. Without
    `export_every_s`, ``OTEL_BSP_SCHEDULE_DELAY`` and ``OTEL_BLRP_SCHEDULE_DELAY`` say how often.
    """
    global _active
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased

    from otel_replay.sampling import AtMost

    root = endpoint.rstrip("/")
    delay_ms = None if export_every_s is None else export_every_s * 1000
    resource = _resource(version)
    sampler = ParentBased(AtMost(SPANS_PER_SECOND, time.monotonic))
    traces = TracerProvider(sampler, resource, shutdown_on_exit=False)
    traces.add_span_processor(
        BatchSpanProcessor(
            OTLPSpanExporter(f"{root}/v1/traces", timeout=STOP_TIMEOUT_S),
            schedule_delay_millis=delay_ms,
        )
    )
    logs = LoggerProvider(resource, shutdown_on_exit=False)
    logs.add_log_record_processor(
        BatchLogRecordProcessor(
            OTLPLogExporter(f"{root}/v1/logs", timeout=STOP_TIMEOUT_S),
            schedule_delay_millis=delay_ms,
        )
    )
    handler = _Handler(logs)
    for name in OUR_LOGGERS:
        logging.getLogger(name).addHandler(handler)
    _active = _Active(traces.get_tracer(SERVICE, version))
    return SelfTelemetry(traces, logs, handler)


def _resource(version: str) -> Any:
    from opentelemetry.sdk.resources import Resource

    return Resource.create(
        {
            semconv.SERVICE_NAME: SERVICE,
            semconv.SERVICE_VERSION: version,
            semconv.SERVICE_INSTANCE: f"{os.uname().nodename}-{os.getpid()}",
            semconv.SELF_TELEMETRY: True,
        }
    )


class _Handler(logging.Handler):
    """Makes lines of our loggers OTLP log records, in the trace that they were written in."""

    def __init__(self, provider: LoggerProvider) -> None:
        super().__init__(logging.INFO)
        self._provider = provider

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in _OF_REQUESTS and not (_active and _active.requests):
            return
        from opentelemetry._logs import LogRecord

        try:
            severity, text = _severity(record.levelno)
            self._provider.get_logger(record.name).emit(
                LogRecord(
                    timestamp=int(record.created * 1e9),
                    severity_number=severity,
                    severity_text=text,
                    body=record.getMessage(),
                    attributes=_exception(record),
                )
            )
        except Exception:  # noqa: BLE001 - as logging.Handler asks: a log line never raises
            self.handleError(record)


def _severity(level: int) -> tuple[Any, str]:
    from opentelemetry._logs import SeverityNumber

    for least, number, text in (
        (logging.CRITICAL, SeverityNumber.FATAL, "FATAL"),
        (logging.ERROR, SeverityNumber.ERROR, "ERROR"),
        (logging.WARNING, SeverityNumber.WARN, "WARN"),
        (logging.INFO, SeverityNumber.INFO, "INFO"),
    ):
        if level >= least:
            return number, text
    return SeverityNumber.DEBUG, "DEBUG"


def _exception(record: logging.LogRecord) -> dict[str, str]:
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    format_exception: Callable[..., str] = logging.Formatter().formatException
    return {
        semconv.EXCEPTION_TYPE: type(error).__qualname__,
        semconv.EXCEPTION_MESSAGE: str(error),
        semconv.EXCEPTION_STACKTRACE: format_exception(record.exc_info),
    }

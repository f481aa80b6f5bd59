"""From the bytes of an export request to what storage takes: validated, unfit records left out.

One parse in C validates the whole request. Python looks at the ids of spans and the scopes of logs,
at attributes only of resources and scopes, unless records hold arrays or maps: storage's columns
are for scalars, so these are rendered to text here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from otel_replay.errors import InvalidDataError
from otel_replay.telemetry import ExportRequest, SignalName
from otel_replay_receivers.formats.taking import take_chunks
from otel_replay_receivers.otlp.messages import (
    LOGS_REQUEST,
    NESTED_LOGS_REQUEST,
    NESTED_TRACES_REQUEST,
    TRACES_REQUEST,
)
from otel_replay_receivers.otlp.values import flatten, flatten_value

MAX_SENDERS = 100_000
"""Resources and scopes in one request."""
MAX_ROW_BYTES = 512 * 1024 * 1024
"""What the rows of one request may take up, each repeating its resource and scope."""
_ROW_BYTES = 256
_NO_TRACE_ID = bytes(16)
_NO_SPAN_ID = bytes(8)


@dataclass(frozen=True, slots=True)
class Decoded:
    """An export request, and what of it was refused."""

    request: ExportRequest
    accepted: int
    """Records that go on to storage, chunks included."""
    rejected: int
    message: str
    """Why records were rejected; empty when none was."""


def decode(signal: SignalName, data: bytes, received_ms: int) -> Decoded:
    """Takes an export request apart. `received_ms` is our clock, ms since the epoch.

    Raises InvalidDataError when the bytes are not a request of that signal.
    """
    return _decode_traces(data) if signal == "traces" else _decode_logs(data, received_ms)


def _parse(message_class: Any, data: bytes, what: str) -> Any:
    try:
        return message_class.FromString(data)
    except (DecodeError, ValueError) as exc:
        # The runtime checks required fields only on request, so this is about the bytes.
        raise InvalidDataError(
            f"the body ({len(data)} bytes) is not a protobuf {what}: {exc or 'cannot be parsed'}"
        ) from exc


def _row_bytes(resources: Any, scopes: str, records: str) -> int:
    """About the size of the rows, beyond what is the records' own. Raises InvalidDataError."""
    senders, total = len(resources), 0
    _check_senders(senders)
    for resource in resources:
        senders += len(getattr(resource, scopes))
        _check_senders(senders)
        own = resource.resource.ByteSize() + len(resource.schema_url)
        for scope in getattr(resource, scopes):
            repeated = own + scope.scope.ByteSize() + len(scope.schema_url)
            total += len(getattr(scope, records)) * (repeated + _ROW_BYTES)
    if total > MAX_ROW_BYTES:
        raise InvalidDataError(
            f"the request's {records} make {total >> 20} MiB of rows, as each repeats the"
            f" attributes of its resource and scope: at most {MAX_ROW_BYTES >> 20} MiB are taken,"
            " so send fewer of them in one request"
        )
    return total


def _check_senders(number: int) -> None:
    if number > MAX_SENDERS:
        raise InvalidDataError(f"the request has over {MAX_SENDERS} resources and scopes")


def _decode_traces(data: bytes) -> Decoded:
    what = "ExportTraceServiceRequest"
    parsed = _parse(TRACES_REQUEST, data, what)
    row_bytes = _row_bytes(parsed.resource_spans, "scope_spans", "spans")
    changed = False
    if not parsed.IsInitialized():
        parsed = _parse(NESTED_TRACES_REQUEST, data, what)
        changed = _flatten_spans(parsed)
    changed |= _flatten_senders(parsed.resource_spans, "scope_spans")
    total = rejected = 0
    for spans in _span_lists(parsed):
        unfit = [i for i, span in enumerate(spans) if not _has_ids(span)]
        total, rejected = total + len(spans), rejected + len(unfit)
        for i in reversed(unfit):
            del spans[i]
    if rejected or changed:
        data = parsed.SerializeToString()
    message = (
        f"{rejected} spans rejected: a span needs a trace_id of 16 bytes and a span_id of 8 bytes,"
        " neither of them all zero"
    )
    return Decoded(
        ExportRequest("traces", data if total > rejected else b"", row_bytes=row_bytes),
        total - rejected,
        rejected,
        message if rejected else "",
    )


def _span_lists(request: Any) -> Iterator[Any]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            yield scope.spans


def _has_ids(span: Any) -> bool:
    trace_id, span_id = span.trace_id, span.span_id
    return (
        len(trace_id) == 16
        and len(span_id) == 8
        and trace_id != _NO_TRACE_ID
        and span_id != _NO_SPAN_ID
    )


def _flatten_spans(request: Any) -> bool:
    for spans in _span_lists(request):
        for span in spans:
            flatten(span.attributes)
            for part in (*span.events, *span.links):
                flatten(part.attributes)
    return True


def _flatten_senders(resources: Any, scopes: str) -> bool:
    """Renders arrays and maps in attributes of resources and scopes; tells if there were any."""
    changed = False
    for resource in resources:
        changed |= flatten(resource.resource.attributes)
        for scope in getattr(resource, scopes):
            changed |= flatten(scope.scope.attributes)
    return changed


def _decode_logs(data: bytes, received_ms: int) -> Decoded:
    what = "ExportLogsServiceRequest"
    parsed = _parse(LOGS_REQUEST, data, what)
    row_bytes = _row_bytes(parsed.resource_logs, "scope_logs", "log_records")
    changed = False
    if not parsed.IsInitialized():
        parsed = _parse(NESTED_LOGS_REQUEST, data, what)
        changed = _flatten_logs(parsed)
    changed |= _flatten_senders(parsed.resource_logs, "scope_logs")
    chunks, problems = take_chunks(parsed, received_ms)
    if chunks or problems or changed:
        data = parsed.SerializeToString()
    total = sum(len(records) for records in _record_lists(parsed))
    return Decoded(
        ExportRequest("logs", data if total else b"", tuple(chunks), row_bytes),
        total + len(chunks),
        len(problems),
        f"{len(problems)} replay chunks rejected: {problems[0]}" if problems else "",
    )


def _record_lists(request: Any) -> Iterator[Any]:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            yield scope.log_records


def _flatten_logs(request: Any) -> bool:
    for records in _record_lists(request):
        for record in records:
            flatten(record.attributes)
            flatten_value(record.body)
    return True

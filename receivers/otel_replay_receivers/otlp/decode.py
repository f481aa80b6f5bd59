"""From the bytes of an export request to what storage takes: validated, unfit records left out.

One parse in C validates the whole request. Python looks at the ids of spans and the scopes of logs,
at attributes only of resources and scopes, unless records hold arrays or maps: storage's columns
are for scalars, so these are rendered to text here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError, EncodeError

from otel_replay.errors import InvalidDataError
from otel_replay.telemetry import ExportRequest, SignalName
from otel_replay_receivers.otlp.parts import slices
from otel_replay_receivers.otlp.signals import SIGNALS, Signal
from otel_replay_receivers.otlp.values import Budget, flatten, flatten_all
from otel_replay_receivers.otlp.weighing import check_row_bytes, rows_and_bytes


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
    kind = SIGNALS[signal]
    parts, row_bytes, budget, unchanged = [], 0, Budget(), True
    for part in slices(kind, data):
        parts.append(_decode_slice(kind, part, received_ms, budget))
        unchanged &= parts[-1].request.data is part
        row_bytes += parts[-1].request.row_bytes
        check_row_bytes(kind, row_bytes)
    if len(parts) == 1:
        return parts[0]
    return _joined(signal, parts, data if unchanged else None)


def _decode_slice(kind: Signal, data: bytes, received_ms: int, budget: Budget) -> Decoded:
    parsed, changed = _parse_flat(kind, data, budget)
    total, row_bytes = rows_and_bytes(kind, parsed)
    sifted = kind.sift(parsed, received_ms)
    records = total
    if sifted.changed:
        records, row_bytes = rows_and_bytes(kind, parsed)
    if sifted.changed or changed:
        data = parsed.SerializeToString()
    return Decoded(
        ExportRequest(kind.name, data if records else b"", sifted.chunks, row_bytes, records),
        total - sifted.rejected,
        sifted.rejected,
        sifted.message,
    )


def _joined(signal: SignalName, parts: Sequence[Decoded], whole: bytes | None) -> Decoded:
    """The slices of a request as one again; `whole` is the request when they are all of it."""
    requests = [part.request for part in parts]
    return Decoded(
        ExportRequest(
            signal,
            b"".join(request.data for request in requests) if whole is None else whole,
            tuple(chunk for request in requests for chunk in request.chunks),
            sum(request.row_bytes for request in requests),
            sum(request.records for request in requests),
        ),
        sum(part.accepted for part in parts),
        sum(part.rejected for part in parts),
        next((part.message for part in parts if part.message), ""),
    )


def _parse_flat(signal: Signal, data: bytes, budget: Budget) -> tuple[Any, bool]:
    """The request with scalars only, and whether it took a change."""
    parsed = _parse(signal.flat_request, data)
    changed = False
    if not _is_flat(parsed):
        del parsed  # Two parsed requests at once would take twice the memory.
        parsed = _parse(signal.request, data)
        for records in signal.record_lists(parsed):
            changed |= flatten_all(records, budget)
    return parsed, _flatten_senders(signal, parsed, budget) or changed


def _is_flat(request: Any) -> bool:
    """Whether no record of a flat_request holds an array or a map."""
    try:
        # Looks for what IsInitialized() looks for, in a third to two thirds of its time.
        request.SerializeToString()
    except EncodeError:
        return False
    return True


def _parse(message_class: Any, data: bytes) -> Any:
    try:
        return message_class.FromString(data)
    except (DecodeError, ValueError) as exc:
        # The runtime checks required fields only on request, so this is about the bytes.
        raise InvalidDataError(
            f"the body ({len(data)} bytes) is not a protobuf {message_class.DESCRIPTOR.name}:"
            f" {exc or 'cannot be parsed'}"
        ) from exc


def _flatten_senders(signal: Signal, request: Any, budget: Budget) -> bool:
    """Renders arrays and maps in attributes of resources and scopes; tells if there were any."""
    changed = False
    for resource in signal.resources(request):
        changed |= flatten(resource.resource.attributes, budget)
        for scope in signal.scopes(resource):
            changed |= flatten(scope.scope.attributes, budget)
    return changed

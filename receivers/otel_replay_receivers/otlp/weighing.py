"""How many rows a request makes, and about how big they are.

Each row repeats its resource and scope (a metric point its metric, too), so a small request can
make big rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp.parts import MAX_ATTRIBUTES, check_senders

if TYPE_CHECKING:
    from otel_replay_receivers.otlp.signals import Signal

MAX_ROW_BYTES = 512 * 1024 * 1024
"""What the rows of one request may take up, each repeating its resource and scope."""
_ROW_BYTES = 256


def weigh(records: Any) -> tuple[int, int]:
    """For signals whose records are the rows: their number, and 0 bytes that they repeat."""
    return len(records), 0


def weigh_metrics(metrics: Any) -> tuple[int, int]:
    """Points of the metrics, and the bytes that they repeat."""
    total = repeated = 0
    for metric in metrics:
        points = len(data_points(metric))
        total += points
        repeated += points * (len(metric.name) + len(metric.description) + len(metric.unit))
    return total, repeated


def data_points(metric: Any) -> Any:
    """The points of a metric; none where its kind is unknown or unset."""
    kind = metric.WhichOneof("data")
    return () if kind is None else getattr(metric, kind).data_points


def rows_and_bytes(signal: Signal, request: Any) -> tuple[int, int]:
    """Rows that a request of `signal` makes, and about the bytes they take.

    Bytes are those beyond the records' own. Raises InvalidDataError when a count is over its limit.
    """
    resources = signal.resources(request)
    senders, rows, size = len(resources), 0, 0
    check_senders(senders)
    for resource in resources:
        scopes = signal.scopes(resource)
        senders += len(scopes)
        check_senders(senders)
        _check_attributes(resource.resource)
        own = resource.resource.ByteSize() + len(resource.schema_url)
        for scope in scopes:
            _check_attributes(scope.scope)
            number, repeated = signal.weigh(signal.records(scope))
            sender = own + scope.scope.ByteSize() + len(scope.schema_url)
            rows += number
            size += repeated + number * (sender + _ROW_BYTES)
    check_row_bytes(signal, size)
    return rows, size


def _check_attributes(sender: Any) -> None:
    if len(sender.attributes) > MAX_ATTRIBUTES:
        raise InvalidDataError(
            f"a {sender.DESCRIPTOR.name} has {len(sender.attributes)} attributes: at most"
            f" {MAX_ATTRIBUTES} are taken",
            "too_many_parts",
        )


def check_row_bytes(signal: Signal, size: int) -> None:
    """Raises InvalidDataError when rows are too big to be taken at once."""
    if size > MAX_ROW_BYTES:
        raise InvalidDataError(
            f"the request's {signal.levels[2]} make {size >> 20} MiB of rows, as each repeats the"
            f" attributes of its resource and scope: at most {MAX_ROW_BYTES >> 20} MiB are taken,"
            " so send fewer of them in one request",
            "too_many_parts",
        )

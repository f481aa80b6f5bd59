"""What the signals differ in: one description each, so that all else is one path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp import messages, sifting, weighing
from otel_replay_receivers.otlp.sifting import Sifted


@dataclass(frozen=True)
class Signal:
    """How requests of one signal look, and what is done to their records."""

    name: SignalName
    service: str
    """Full name of the gRPC service."""
    request: Any
    """Protobuf class of an export request, as published."""
    flat_request: Any
    """The same, and uninitialized when a record holds an array or a map (otlp/messages.py)."""
    response: Any
    """Protobuf class of the response."""
    rejected_field: str
    """Field of the response's partial_success."""
    levels: tuple[str, str, str]
    """Names of the repeated fields: resources, scopes, records."""
    weigh: Callable[[Any], tuple[int, int]] = weighing.weigh
    """Rows that a list of records makes, and the bytes that they repeat beyond the sender's."""
    sift: Callable[[Any, int], Sifted] = sifting.keep_all
    """Leaves out of a parsed request what does not go into rows; takes the time of arrival, ms."""

    @property
    def record(self) -> Descriptor:
        """The message of a record."""
        message: Descriptor = self.request.DESCRIPTOR
        for level in self.levels:
            message = message.fields_by_name[level].message_type
        return message

    def resources(self, request: Any) -> Any:
        return getattr(request, self.levels[0])

    def scopes(self, resource: Any) -> Any:
        return getattr(resource, self.levels[1])

    def records(self, scope: Any) -> Any:
        return getattr(scope, self.levels[2])

    def record_lists(self, request: Any) -> Iterator[Any]:
        """The list of records of each scope."""
        for resource in self.resources(request):
            for scope in self.scopes(resource):
                yield self.records(scope)

    def answer(self, rejected: int = 0, message: str = "") -> Any:
        """The response; partial_success stays unset on full success, as the specification wants."""
        response = self.response()
        if rejected:
            setattr(response.partial_success, self.rejected_field, rejected)
        if rejected or message:
            response.partial_success.error_message = message
        return response


def _signal(name: SignalName, service_module: Any, word: str, **fields: Any) -> Signal:
    """A Signal whose classes are found by the published names, of which `word` is a part."""
    request = getattr(service_module, f"Export{word}ServiceRequest")
    return Signal(
        name=name,
        service=f"{service_module.DESCRIPTOR.package}.{word}Service",
        request=request,
        flat_request=messages.flat(request),
        response=getattr(service_module, f"Export{word}ServiceResponse"),
        **fields,
    )


SIGNALS: dict[SignalName, Signal] = {
    signal.name: signal
    for signal in (
        _signal(
            "traces",
            trace_service_pb2,
            "Trace",
            rejected_field="rejected_spans",
            levels=("resource_spans", "scope_spans", "spans"),
            sift=sifting.reject_spans_without_ids,
        ),
        _signal(
            "logs",
            logs_service_pb2,
            "Logs",
            rejected_field="rejected_log_records",
            levels=("resource_logs", "scope_logs", "log_records"),
            sift=sifting.take_replay,
        ),
        _signal(
            "metrics",
            metrics_service_pb2,
            "Metrics",
            rejected_field="rejected_data_points",
            levels=("resource_metrics", "scope_metrics", "metrics"),
            weigh=weighing.weigh_metrics,
        ),
    )
}

"""Requests in the form that protobuf's own runtime gives them.

A message can be written in more ways than ClickHouse reads: a field that is not repeated may occur
again, and the last one holds; a flag may be any number. No known sender does that, but where one
does, ClickHouse refuses the whole batch. Looking for it in every request would cost a tenth of all,
so it is put right once ClickHouse has complained.
https://protobuf.dev/programming-guides/encoding/#last-one-wins
"""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_replay.telemetry import SignalName

# BAD_ARGUMENTS and PROTOBUF_BAD_CAST in ClickHouse's src/Common/ErrorCodes.cpp.
NOT_NORMAL_CODES = frozenset({36, 436})
"""Numbers of the errors that ClickHouse has then."""
_REQUESTS: dict[SignalName, Any] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}


def normal(signal: SignalName, data: bytes) -> bytes:
    """A valid request, serialized anew."""
    return bytes(_REQUESTS[signal].FromString(data).SerializeToString())

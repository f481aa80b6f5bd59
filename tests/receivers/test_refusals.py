"""What senders hear when storage cannot take a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import requests
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter

from otel_replay.errors import InvalidDataError, OverloadedError, UnavailableError
from otel_replay.storage.clickhouse import Database
from tests.receivers.conftest import Receiver, Storage, running
from tests.support.otlp import span, traces_request

BODY = traces_request([span()]).SerializeToString()
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture
def refusing(storage: Storage) -> Iterator[Receiver]:
    with running(storage) as receiver:
        yield receiver


def post(receiver: Receiver) -> requests.Response:
    return requests.post(f"{receiver.http}/v1/traces", BODY, headers=PROTOBUF, timeout=60)


def grpc_error(receiver: Receiver) -> Any:
    with grpc.insecure_channel(receiver.grpc) as channel:
        service = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        with pytest.raises(grpc.RpcError) as error:
            channel.unary_unary(service)(BODY)
    return error.value


def retry_delay_s(error: Any) -> float:
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    info = RetryInfo()
    assert Status.FromString(details).details[0].Unpack(info)
    return float(info.retry_delay.ToMilliseconds() / 1000)


def test_an_outage_is_retryable_and_says_when(storage: Storage, refusing: Receiver) -> None:
    storage.error = UnavailableError("ClickHouse is away", retry_after_s=3)
    response = post(refusing)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "3")
    assert "ClickHouse is away" in Status.FromString(response.content).message
    error = grpc_error(refusing)
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert retry_delay_s(error) == 3


def test_overload_is_retryable_with_retry_info(storage: Storage, refusing: Receiver) -> None:
    storage.error = OverloadedError("too much", retry_after_s=2)
    response = post(refusing)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "2")
    error = grpc_error(refusing)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert retry_delay_s(error) == 2


def test_a_request_that_storage_refuses_is_not_to_be_sent_again(
    storage: Storage, refusing: Receiver
) -> None:
    storage.error = InvalidDataError("no such thing")
    response = post(refusing)
    assert response.status_code == 400
    assert "Retry-After" not in response.headers
    assert grpc_error(refusing).code() is grpc.StatusCode.INVALID_ARGUMENT


def test_an_unexpected_error_shows_no_innards(storage: Storage, refusing: Receiver) -> None:
    storage.error = KeyError("secret")
    response = post(refusing)
    assert response.status_code == 500
    assert b"secret" not in response.content
    error = grpc_error(refusing)
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in error.details()


def test_what_became_of_records_is_counted(storage: Storage, refusing: Receiver) -> None:
    post(refusing)
    storage.error = UnavailableError("away")
    post(refusing)
    labels = {"receiver": "otlp", "transport": "http"}
    assert refusing.figure("otelcol_receiver_accepted_spans_total", **labels) == 1
    assert refusing.figure("otelcol_receiver_refused_spans_total", **labels) == 1


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_the_standard_exporters_of_python_are_served(
    receiver: Receiver, database: Database, protocol: str
) -> None:
    exporter: SpanExporter
    if protocol == "grpc":
        exporter = GrpcExporter(endpoint=receiver.grpc, insecure=True)
    else:
        exporter = HttpExporter(endpoint=f"{receiver.http}/v1/traces")
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("from the SDK") as recorded:
        recorded.set_attribute("list", [1, 2])
        trace_id = format(recorded.get_span_context().trace_id, "032x")
    provider.shutdown()
    (row,) = database.query("SELECT SpanName, TraceId, SpanAttributes FROM otel_traces")
    assert row == {
        "SpanName": "from the SDK",
        "TraceId": trace_id,
        "SpanAttributes": {"list": "[1,2]"},
    }

"""OTLP/gRPC: all signals, compression, limits, and connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from otel_replay_receivers.otlp.signals import SIGNALS
from tests.receivers.conftest import Receiver, Storage, running, wait_until
from tests.support.otlp import span, traces_request

LIMIT = 1 << 20
BODY = traces_request([span()]).SerializeToString()
EXPORT = f"/{SIGNALS['traces'].service}/Export"


@pytest.fixture(scope="module")
def stored() -> Storage:
    return Storage()


@pytest.fixture(scope="module")
def served(stored: Storage) -> Iterator[Receiver]:
    with running(stored, max_request_bytes=LIMIT) as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _nothing_stored(stored: Storage) -> None:
    stored.requests.clear()


def refusal(served: Receiver, body: bytes, **options: Any) -> Any:
    with (
        grpc.insecure_channel(served.grpc, **options) as channel,
        pytest.raises(grpc.RpcError) as error,
    ):
        channel.unary_unary(EXPORT)(body, timeout=60)
    return error.value


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_has_its_service(served: Receiver, signal: Any) -> None:
    with grpc.insecure_channel(served.grpc) as channel:
        export = channel.unary_unary(f"/{SIGNALS[signal].service}/Export")
        assert export(b"", timeout=60) == b""


COMPRESSIONS = [
    grpc.Compression.NoCompression,
    grpc.Compression.Gzip,
    grpc.Compression.Deflate,
]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_messages_are_decompressed(
    served: Receiver, stored: Storage, compression: grpc.Compression
) -> None:
    body = traces_request([span(name="x" * 5000)]).SerializeToString()
    with grpc.insecure_channel(served.grpc, compression=compression) as channel:
        channel.unary_unary(EXPORT)(body, timeout=60)
    assert [request.data for request in stored.requests] == [body]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_messages_over_the_limit_are_refused_for_good(
    served: Receiver, stored: Storage, compression: grpc.Compression
) -> None:
    labels = {"project": "", "reason": "too_large"}
    before = served.figure("otel_replay_refused_requests_total", **labels)
    error = refusal(served, bytes(64 << 20), compression=compression)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in error.details()
    assert "grpc-status-details-bin" not in dict(error.trailing_metadata())
    assert not stored.requests
    # The library answers by itself, so the count may follow the answer.
    wait_until(lambda: served.figure("otel_replay_refused_requests_total", **labels) == before + 1)


def test_a_call_without_a_message_names_the_limit(served: Receiver) -> None:
    with grpc.insecure_channel(served.grpc) as channel, pytest.raises(grpc.RpcError) as error:
        channel.stream_unary(EXPORT)(iter(()), timeout=60)
    refused: Any = error.value
    assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(LIMIT) in refused.details()


def test_rejected_spans_are_counted_in_a_partial_success(served: Receiver) -> None:
    body = traces_request([span(), span(trace_id=b"short")]).SerializeToString()
    with grpc.insecure_channel(served.grpc) as channel:
        answer = channel.unary_unary(
            EXPORT, response_deserializer=SIGNALS["traces"].response.FromString
        )(body, timeout=60)
    assert answer.partial_success.rejected_spans == 1
    labels = {"project": "", "reason": "invalid_ids"}
    assert served.figure("otel_replay_refused_requests_total", **labels) == 1


def test_an_unknown_service_is_said_to_be_unknown(served: Receiver) -> None:
    with grpc.insecure_channel(served.grpc) as channel, pytest.raises(grpc.RpcError) as error:
        channel.unary_unary("/opentelemetry.proto.Nothing/Export")(b"", timeout=60)
    refused: Any = error.value
    assert refused.code() is grpc.StatusCode.UNIMPLEMENTED

"""Requests that would be huge in memory are refused with a reason, and memory stays flat."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import Any

import pytest
import requests
from google.rpc.status_pb2 import Status

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp.decode import decode
from otel_replay_receivers.otlp.parts import MAX_ATTRIBUTES, SLICE_BYTES
from tests.receivers.conftest import Receiver
from tests.support.bombs import BOMBS, JSON_BOMBS
from tests.support.otlp import attributes, logs_request, metrics_request, span, traces_request

# The biggest one, of 32 MiB, cannot be cut, so it is copied a few times.
MAX_GROWTH_MIB = 160


@pytest.fixture(scope="module")
def outcomes() -> Any:
    """What became of each bomb, in a process of their own."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.support.bombs"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", [*BOMBS, *(f"JSON: {name}" for name in JSON_BOMBS)])
def test_a_bomb_is_refused_with_its_reason_and_fills_no_memory(outcomes: Any, name: str) -> None:
    named = JSON_BOMBS[name[6:]][1] if name.startswith("JSON: ") else BOMBS[name][2]
    assert named in outcomes[name]["refusal"]
    assert outcomes[name]["growth_mib"] < MAX_GROWTH_MIB


def test_the_sender_of_a_bomb_hears_why(receiver: Receiver) -> None:
    signal, build, named = BOMBS["a million empty attributes"]
    response = requests.post(
        f"{receiver.http}/v1/{signal}",
        gzip.compress(build()),
        headers={"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"},
        timeout=30,
    )
    assert response.status_code == 400
    assert named in Status.FromString(response.content).message


def big_request(signal: str) -> Any:
    """An ordinary request of several slices, from two senders, and the number of its records."""
    text = {"text": "x" * 4000}
    count = 2 * SLICE_BYTES // 4000
    match signal:
        case "traces":
            request: Any = traces_request([span(attributes=text) for _ in range(count)])
        case "logs":
            request = logs_request([{"attributes": text} for _ in range(count)])
        case _:
            point = {"attributes": text, "as_int": 1}
            gauge = {"name": "m", "gauge": {"data_points": [point] * 10}}
            request = metrics_request([gauge] * (count // 10))
    other = type(request)()
    other.CopyFrom(request)
    request.MergeFrom(other)
    return request


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_a_big_ordinary_request_goes_on_as_it_came(signal: Any) -> None:
    data = big_request(signal).SerializeToString()
    assert len(data) > 3 * SLICE_BYTES
    decoded = decode(signal, data, 0)
    assert decoded.accepted == decoded.request.records
    assert decoded.request.records >= 4 * SLICE_BYTES // 4000 - 20
    assert decoded.rejected == 0
    message = type(big_request(signal))
    assert _rows(message.FromString(decoded.request.data)) == _rows(message.FromString(data))


def _rows(request: Any) -> list[bytes]:
    """Each record with its sender."""
    (groups,) = (value for _, value in request.ListFields())
    return [
        group.resource.SerializeToString() + scope.scope.SerializeToString() + record
        for group in groups
        for _, scopes in group.ListFields()
        if isinstance(scopes, type(groups))
        for scope in scopes
        for record in _records(scope)
    ]


def _records(scope: Any) -> list[bytes]:
    values = [value for field, value in scope.ListFields() if field.is_repeated]
    return [record.SerializeToString() for records in values for record in records]


def test_a_big_request_loses_what_does_not_fit_in_any_slice() -> None:
    spans = [
        span(name=str(number), attributes={"text": "x" * 4000, "list": [number]})
        for number in range(3 * SLICE_BYTES // 4000)
    ]
    for number in (0, len(spans) // 2, len(spans) - 1):
        spans[number]["span_id"] = bytes(8)
    request = traces_request(spans)
    request.resource_spans[0].schema_url = "https://schemas/resource"
    request.resource_spans[0].scope_spans[0].schema_url = "https://schemas/scope"
    decoded = decode("traces", request.SerializeToString(), 0)
    assert (decoded.accepted, decoded.rejected) == (len(spans) - 3, 3)
    stored = type(request).FromString(decoded.request.data)
    names = []
    for group in stored.resource_spans:
        assert group.schema_url == "https://schemas/resource"
        assert group.resource.attributes[0].value.string_value == "shop"
        for scope in group.scope_spans:
            assert (scope.schema_url, scope.scope.name) == ("https://schemas/scope", "lib")
            names += [kept.name for kept in scope.spans]
            assert all(kept.attributes[1].value.string_value for kept in scope.spans)
    middle = len(spans) // 2
    assert names == [str(n) for n in range(1, len(spans) - 1) if n != middle]


@pytest.mark.parametrize(
    ("extra", "refused"), [(0, False), (1, True)], ids=["at the limit", "over it"]
)
def test_the_limit_of_attributes_is_exact(extra: int, refused: bool) -> None:
    request = logs_request([{"body": "x"}])
    record = request.resource_logs[0].scope_logs[0].log_records[0]
    record.attributes.extend(attributes({"k": "v"}) * (MAX_ATTRIBUTES + extra))
    if refused:
        with pytest.raises(InvalidDataError, match="LogRecord has over 100000 attributes"):
            decode("logs", request.SerializeToString(), 0)
    else:
        assert decode("logs", request.SerializeToString(), 0).accepted == 1

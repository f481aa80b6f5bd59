"""OTLP/JSON becomes the protobuf it means, leniently where senders differ."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp.json import MAX_VALUES, to_protobuf

ID = "5b8efff798038103d269b633813fc60c"


def log_record(**fields: Any) -> Any:
    """The LogRecord that protobuf has for these JSON fields."""
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": [fields]}]}]}
    request = ExportLogsServiceRequest.FromString(
        to_protobuf("logs", json.dumps(document).encode())
    )
    return request.resource_logs[0].scope_logs[0].log_records[0]


def span(**fields: Any) -> Any:
    """The Span that protobuf has for these JSON fields."""
    document = {"resource_spans": [{"scopeSpans": [{"spans": [fields]}]}]}
    request = ExportTraceServiceRequest.FromString(
        to_protobuf("traces", json.dumps(document).encode())
    )
    return request.resource_spans[0].scope_spans[0].spans[0]


@pytest.mark.parametrize("text", [ID, ID.upper()], ids=["small", "capitals"])
def test_ids_are_hex_of_any_case(text: str) -> None:
    assert span(traceId=text).trace_id == bytes.fromhex(ID)
    assert log_record(trace_id=text).trace_id == bytes.fromhex(ID)


@pytest.mark.parametrize("kind", [3, "3", "SPAN_KIND_CLIENT"], ids=["number", "text", "name"])
def test_enums_come_by_number_or_name(kind: Any) -> None:
    assert span(kind=kind).kind == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (1544712660000000000, 1544712660000000000),
        ("1544712660000000000", 1544712660000000000),
        (1.5e18, 1_500_000_000_000_000_000),
        ("1e3", 1000),
        (1e21, 2**64 - 1),
        (-1, 0),
    ],
    ids=["number", "text", "float", "exponent", "too big", "too small"],
)
def test_times_are_numbers_or_texts_and_stay_in_range(written: Any, meant: int) -> None:
    assert log_record(timeUnixNano=written).time_unix_nano == meant


@pytest.mark.parametrize(
    ("value", "field", "meant"),
    [
        ({"stringValue": "x"}, "string_value", "x"),
        ({"boolValue": False}, "bool_value", False),
        ({"intValue": "-7"}, "int_value", -7),
        ({"doubleValue": "NaN"}, "double_value", pytest.approx(float("nan"), nan_ok=True)),
        ({"doubleValue": 2}, "double_value", 2.0),
        ({"bytesValue": "_-8"}, "bytes_value", b"\xff\xef"),
        ({"bytesValue": "/+8="}, "bytes_value", b"\xff\xef"),
    ],
    ids=["string", "bool", "int", "nan", "whole double", "base64url", "base64"],
)
def test_values_of_every_kind(value: Any, field: str, meant: Any) -> None:
    body = log_record(body=value).body
    assert body.WhichOneof("value") == field
    assert getattr(body, field) == meant


def test_an_empty_value_and_empty_arrays_keep_their_kind() -> None:
    assert log_record(attributes=[{"key": "k", "value": {}}]).attributes[0].key == "k"
    assert log_record(body={"arrayValue": {}}).body.WhichOneof("value") == "array_value"
    assert log_record(body=None).body.WhichOneof("value") is None


def test_unknown_fields_are_passed_over() -> None:
    assert span(name="n", newField={"a": [1]}, another=None).name == "n"


def test_an_empty_body_is_an_empty_request() -> None:
    assert to_protobuf("logs", b"") == b""


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("[]", "not a JSON object"),
        ("{", "not JSON"),
        ('{"resourceLogs": {}}', "$.resourceLogs is no array"),
        ('{"resourceLogs": [1]}', "$.resourceLogs[0] is no object"),
        (_log := '{"resourceLogs":[{"scopeLogs":[{"logRecords":[%s]}]}]}', "not JSON"),
        (_log % '{"traceId": "xyz"}', "logRecords[0].traceId is not hex"),
        (_log % '{"traceId": 5}', "logRecords[0].traceId is 5: expected a string"),
        (_log % '{"timeUnixNano": "soon"}', "timeUnixNano is 'soon': expected an integer"),
        (_log % '{"timeUnixNano": true}', "timeUnixNano is True: expected an integer"),
        (_log % '{"timeUnixNano": "1e999"}', "expected an integer"),
        (_log % '{"severityNumber": "LOUD"}', "severityNumber is 'LOUD'"),
        (_log % '{"severityText": 7}', "severityText is 7: expected a string"),
        (_log % '{"body": {"boolValue": "yes"}}', "boolValue is 'yes': expected true or false"),
        (_log % '{"body": {"doubleValue": "x"}}', "doubleValue is 'x': expected a number"),
        (_log % '{"body": {"bytesValue": "?"}}', "bytesValue is not base64"),
        (_log % ('{"body":' + '{"arrayValue":{"values":[' * 60 + "]}}" * 60 + "}"), "nested"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(document: str, named: str) -> None:
    with pytest.raises(InvalidDataError) as error:
        to_protobuf("logs", document.encode())
    assert named in str(error.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\ud83d", "a\ufffd"),
        (r"\uDE00b", "\ufffdb"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\ud83d\\ude00", "\ufffd\\ude00"),
        (r"\\ud83d \ude00", "\\ud83d \ufffd"),
    ],
    ids=["first half", "second half", "half before a whole", "backslash after", "backslash before"],
)
def test_half_a_character_does_not_fail_the_request(written: str, meant: str) -> None:
    """JavaScript writes a text that was cut inside an emoji so."""
    text = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"%s"}}]}]}]}'
    request = ExportLogsServiceRequest.FromString(to_protobuf("logs", (text % written).encode()))
    assert request.resource_logs[0].scope_logs[0].log_records[0].body.string_value == meant


def test_a_document_of_too_many_values_is_refused_before_it_is_read() -> None:
    empty = b",".join([b"{}"] * (MAX_VALUES // 2))
    with pytest.raises(InvalidDataError, match="over 2000000 JSON values"):
        to_protobuf("logs", b'{"resourceLogs":[' + empty + b"]}")

"""Real clients over gRPC and HTTP; what they sent is in the tables."""

from __future__ import annotations

import gzip
import json
from typing import Any

import grpc
import pytest
import requests
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from tests.receivers.conftest import Receiver
from tests.support.otlp import (
    SESSION_ID,
    SPAN_ID,
    TAB,
    TRACE_ID,
    chunk_record,
    logs_request,
    span,
    traces_request,
)

PROTOBUF = {"Content-Type": "application/x-protobuf"}


def post(receiver: Receiver, path: str, body: bytes, **headers: str) -> requests.Response:
    return requests.post(receiver.http + path, body, headers=PROTOBUF | headers, timeout=60)


def stub(kind: Any, channel: grpc.Channel) -> Any:
    """A client of the generated, untyped kind."""
    return kind(channel)


def names(database: Database) -> list[str]:
    return [r["SpanName"] for r in database.query("SELECT SpanName FROM otel_traces ORDER BY 1")]


def test_spans_over_grpc_are_rows_when_the_call_returns(
    receiver: Receiver, database: Database
) -> None:
    with grpc.insecure_channel(receiver.grpc) as channel:
        response = stub(TraceServiceStub, channel).Export(traces_request([span(name="over grpc")]))
    assert not response.HasField("partial_success")
    assert names(database) == ["over grpc"]


def test_gzip_over_grpc(receiver: Receiver, database: Database) -> None:
    with grpc.insecure_channel(receiver.grpc, compression=grpc.Compression.Gzip) as channel:
        stub(TraceServiceStub, channel).Export(traces_request([span(name="squeezed")]))
    assert names(database) == ["squeezed"]


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_spans_over_http_protobuf(receiver: Receiver, database: Database, encoding: str) -> None:
    body = traces_request([span(name="over http")]).SerializeToString()
    if encoding:
        response = post(receiver, "/v1/traces", gzip.compress(body), **{"Content-Encoding": "gzip"})
    else:
        response = post(receiver, "/v1/traces", body)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/x-protobuf"
    assert ExportTraceServiceResponse.FromString(response.content) == ExportTraceServiceResponse()
    assert names(database) == ["over http"]


def test_spans_over_http_json(receiver: Receiver, database: Database) -> None:
    document = {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]
                },
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": TRACE_ID.upper(),
                                "spanId": SPAN_ID,
                                "name": "json",
                                "kind": "SPAN_KIND_CLIENT",
                                "start_time_unix_nano": "1790000000000000000",
                                "endTimeUnixNano": 1790000000000000001,
                                "unknownKey": {"a": 1},
                                "attributes": [
                                    {"key": "big", "value": {"intValue": 1e21}},
                                    {"key": "n", "value": {"intValue": "7"}},
                                ],
                            }
                        ]
                    }
                ],
            }
        ]
    }
    response = requests.post(
        receiver.http + "/v1/traces",
        json.dumps(document),
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
        timeout=60,
    )
    assert (response.status_code, response.json()) == (200, {})
    (row,) = database.query("SELECT TraceId, SpanKind, SpanAttributes FROM otel_traces")
    assert row["TraceId"] == TRACE_ID
    assert row["SpanKind"] == "Client"
    assert row["SpanAttributes"] == {"big": str(2**63 - 1), "n": "7"}


def test_spans_without_proper_ids_are_rejected_and_the_others_kept(
    receiver: Receiver, database: Database
) -> None:
    spans = [
        span(name="good"),
        span(name="zero", trace_id=bytes(16)),
        span(name="short", span_id=b"abc"),
    ]
    with grpc.insecure_channel(receiver.grpc) as channel:
        response = stub(TraceServiceStub, channel).Export(traces_request(spans))
    assert response.partial_success.rejected_spans == 2
    assert "16 bytes" in response.partial_success.error_message
    assert names(database) == ["good"]


def test_logs_keep_without_ids_and_take_the_observed_time(
    receiver: Receiver, database: Database
) -> None:
    request = logs_request(
        [{"body": "hello", "trace_id": b"bad", "observed_time_unix_nano": 1544712660_123456789}]
    )
    assert post(receiver, "/v1/logs", request.SerializeToString()).status_code == 200
    (row,) = database.query(
        "SELECT Body, TraceId, toUnixTimestamp64Nano(Timestamp) AS ns, ServiceName FROM otel_logs"
    )
    assert row == {
        "Body": "hello",
        "TraceId": "",
        "ns": 1544712660_123456789,
        "ServiceName": "shop",
    }


def test_chunks_go_to_a_pack_and_the_rest_to_otel_logs(
    receiver: Receiver, database: Database, blobs: FileBlobStore
) -> None:
    records = [
        chunk_record(0, [{"type": 4, "timestamp": 1000}, {"type": 2, "timestamp": 1001}]),
        {"event_name": "session.replay.dropped", "body": "x"},
        chunk_record(1),
    ]
    request = logs_request(records, {"service.name": "web"}, "otel_replay.recorder")
    assert post(receiver, "/v1/logs", request.SerializeToString()).status_code == 200
    rows = database.query("SELECT * FROM replay_chunks FINAL ORDER BY Seq")
    assert [(r["SessionId"], r["Tab"], r["Seq"]) for r in rows] == [
        (SESSION_ID, TAB, 0),
        (SESSION_ID, TAB, 1),
    ]
    assert [r["Checkpoint"] for r in rows] == [True, False]
    assert len({r["Blob"] for r in rows}) == 1
    stored = [blobs.get(r["Blob"], r["Offset"], r["Length"]) for r in rows]
    assert stored == [records[0]["body"], records[2]["body"]]
    (event,) = database.query("SELECT EventName FROM otel_logs")
    assert event["EventName"] == "session.replay.dropped"


def test_a_chunk_sent_twice_is_stored_once(receiver: Receiver, database: Database) -> None:
    body = logs_request([chunk_record(0)], scope_name="otel_replay.recorder").SerializeToString()
    for _ in range(2):
        assert post(receiver, "/v1/logs", body).status_code == 200
    assert len(database.query("SELECT Seq FROM replay_chunks FINAL")) == 1


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"id": None}, "session.id"),
        ({"replay__tab": "../../etc"}, "session.replay.tab"),
        ({"replay__seq": -1}, "session.replay.seq"),
        ({"replay__seq": "one"}, "session.replay.seq"),
        ({"replay__encoding": "brotli"}, "session.replay.encoding"),
    ],
    ids=["no session", "hostile tab", "negative seq", "text seq", "unknown encoding"],
)
def test_a_bad_chunk_is_rejected_by_name_and_the_good_one_kept(
    receiver: Receiver, database: Database, overrides: dict[str, Any], named: str
) -> None:
    request = logs_request(
        [chunk_record(0, None, **overrides), chunk_record(1)], scope_name="otel_replay.recorder"
    )
    response = post(receiver, "/v1/logs", request.SerializeToString())
    answer = ExportLogsServiceResponse.FromString(response.content)
    assert answer.partial_success.rejected_log_records == 1
    assert named in answer.partial_success.error_message
    assert [r["Seq"] for r in database.query("SELECT Seq FROM replay_chunks")] == [1]


BAD_REQUESTS: dict[str, tuple[str, str, bytes, dict[str, str], int, str]] = {
    "unknown path": ("POST", "/v1/trace", b"", PROTOBUF, 404, "/v1/traces"),
    "wrong method": ("GET", "/v1/traces", b"", PROTOBUF, 405, "POST"),
    "wrong type": ("POST", "/v1/logs", b"a=b", {"Content-Type": "text/plain"}, 415, "text/plain"),
    "no type": ("POST", "/v1/logs", b"", {"Content-Type": ""}, 415, "application/x-protobuf"),
    "bad protobuf": ("POST", "/v1/logs", b"\xff\xffx", PROTOBUF, 400, "protobuf"),
    "bad json": ("POST", "/v1/logs", b"{", {"Content-Type": "application/json"}, 400, "JSON"),
    "json of another shape": (
        *("POST", "/v1/logs", b'{"resourceLogs": 7}', {"Content-Type": "application/json"}),
        *(400, "$.resourceLogs"),
    ),
    "bad gzip": ("POST", "/v1/logs", b"no", PROTOBUF | {"Content-Encoding": "gzip"}, 400, "gzip"),
    "cut gzip": (
        *("POST", "/v1/logs", gzip.compress(b"x" * 99)[:-9]),
        *(PROTOBUF | {"Content-Encoding": "gzip"}, 400, "gzip"),
    ),
    "unknown encoding": (
        *("POST", "/v1/logs", b"x", PROTOBUF | {"Content-Encoding": "br"}, 415, "br"),
    ),
    "too big": ("POST", "/v1/logs", bytes(9 << 20), PROTOBUF, 413, "limit"),
    "bomb": (
        *("POST", "/v1/logs", gzip.compress(bytes(64 << 20))),
        *(PROTOBUF | {"Content-Encoding": "gzip"}, 413, "limit"),
    ),
}


@pytest.mark.parametrize("case", BAD_REQUESTS)
def test_bad_requests_get_a_status_that_names_the_problem(receiver: Receiver, case: str) -> None:
    method, path, body, headers, status, named = BAD_REQUESTS[case]
    response = requests.request(
        method, receiver.http + path, data=body, headers=headers, timeout=60
    )
    assert response.status_code == status
    if headers["Content-Type"] == "application/x-protobuf":
        message = Status.FromString(response.content).message
    else:
        message = response.json()["message"]
    assert named in message
    good = traces_request([span()]).SerializeToString()
    assert post(receiver, "/v1/traces", good).status_code == 200


def test_deep_protobuf_is_refused_and_the_process_unharmed(receiver: Receiver) -> None:
    value = b""
    for _ in range(10_000):
        length = len(value)
        inner = b"\x0a" + _varint(length) + value
        value = b"\x2a" + _varint(len(inner)) + inner
    attribute = b"\x0a\x01k\x12" + _varint(len(value)) + value
    record = b"\x32" + _varint(len(attribute)) + attribute
    for tag in (b"\x12", b"\x12", b"\x0a"):
        record = tag + _varint(len(record)) + record
    response = post(receiver, "/v1/logs", record)
    assert response.status_code == 400


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def test_grpc_errors_have_codes_and_messages(receiver: Receiver) -> None:
    with grpc.insecure_channel(receiver.grpc) as channel:
        assert (
            not stub(MetricsServiceStub, channel).Export(ExportMetricsServiceRequest()).ByteSize()
        )
        raw = channel.unary_unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export")
        with pytest.raises(grpc.RpcError) as malformed:
            raw(b"\xff\xff")
        assert stub(LogsServiceStub, channel).Export(logs_request([{"body": "ok"}])) is not None
    assert malformed.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "protobuf" in malformed.value.details()


def test_an_empty_request_succeeds(receiver: Receiver) -> None:
    assert post(receiver, "/v1/logs", b"").status_code == 200
    assert post(receiver, "/v1/traces", b"").status_code == 200


def test_pages_of_this_machine_may_send_and_others_are_told_why_not(receiver: Receiver) -> None:
    def preflight(origin: str) -> requests.Response:
        return requests.options(
            receiver.http + "/v1/logs",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,authorization",
            },
            timeout=60,
        )

    good = preflight("http://localhost:3000")
    assert good.status_code == 204
    assert good.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert good.headers["Access-Control-Allow-Headers"] == "content-type,authorization"
    assert "Access-Control-Allow-Credentials" not in good.headers
    bad = preflight("http://localhost.evil.example")
    assert bad.status_code == 403
    assert "--cors-allowed-origins" in bad.json()["message"]
    assert "Access-Control-Allow-Origin" not in bad.headers


def test_a_request_whose_rows_would_fill_the_memory_is_refused_and_says_why(
    receiver: Receiver, database: Database
) -> None:
    """Each row repeats the attributes of its resource: 1 MB sent can be a gigabyte of rows."""
    spans = [span(span_id=number.to_bytes(8)) for number in range(1, 10_001)]
    request = traces_request(spans, {"service.name": "shop", "env": "x" * 100_000})
    response = post(receiver, "/v1/traces", request.SerializeToString())
    assert response.status_code == 400
    assert "send fewer" in Status.FromString(response.content).message
    assert names(database) == []


@pytest.mark.parametrize(
    ("body", "what"), [(b"\x0a\x00" * 100_001, "resources"), (b"\x0a\x04" + b"\x12\x00" * 2, "")]
)
def test_empty_resources_beyond_count_are_refused(
    receiver: Receiver, body: bytes, what: str
) -> None:
    response = post(receiver, "/v1/traces", body)
    assert response.status_code == (400 if what else 200)
    assert what in Status.FromString(response.content).message


def test_times_beyond_what_columns_hold_become_the_latest_they_do(
    receiver: Receiver, database: Database
) -> None:
    last = {"start_time_unix_nano": 2**64 - 1, "end_time_unix_nano": 2**64 - 1}
    response = post(receiver, "/v1/traces", traces_request([span(**last)]).SerializeToString())
    assert response.status_code == 200
    rows = database.query("SELECT toYear(Timestamp) AS year, Duration FROM otel_traces")
    assert rows == [{"year": 2261, "Duration": 0}]


@pytest.mark.parametrize(
    ("session_id", "named"),
    [
        ("rum-12_3.4", "rum-12_3.4"),
        (12345, "12345"),
        ("a" * 128, "a" * 128),
        ("a" * 129, ""),
        ("'; DROP TABLE sessions; --", ""),
        ("a/b", ""),
        ("..", ""),
        ("ü", ""),
        ("a\nb", ""),
        (["a"], ""),
    ],
)
def test_only_what_can_stand_in_a_path_names_a_session(
    receiver: Receiver, database: Database, session_id: Any, named: str
) -> None:
    attributes = {"session.id": session_id}
    logs, spans = [{"body": "x", "attributes": attributes}], [span(attributes=attributes)]
    assert post(receiver, "/v1/logs", logs_request(logs).SerializeToString()).ok
    assert post(receiver, "/v1/traces", traces_request(spans).SerializeToString()).ok
    for table, column in (("otel_logs", "LogAttributes"), ("otel_traces", "SpanAttributes")):
        (row,) = database.query(f"SELECT SessionId, {column}['session.id'] AS sent FROM {table}")
        assert row["SessionId"] == named
        assert row["sent"]

"""OTLP/HTTP to the letter: encodings, types, methods, limits, and the Status of each refusal."""

from __future__ import annotations

import gzip
import json
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from google.rpc.status_pb2 import Status

from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp.encoding import MAX_FRAMES
from otel_replay_receivers.otlp.json import to_protobuf
from otel_replay_receivers.otlp.signals import SIGNALS
from tests.receivers.conftest import Receiver, Storage, running
from tests.support.otlp import logs_request, span, traces_request

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 1 << 20
PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
BODY = traces_request([span(name="one"), span(name="two")]).SerializeToString()
ZSTD_WINDOW = zstd.CompressionParameter.window_log


def zstd_window(body: bytes, log: int) -> bytes:
    """A frame that a decoder needs a window of 2^log bytes for."""
    compressor = zstd.ZstdCompressor(options={int(ZSTD_WINDOW): log})
    return compressor.compress(body) + compressor.flush()


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


def ask(
    served: Receiver, method: str, path: str, body: bytes = b"", **headers: str
) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, served.http + path, data=body, headers=named, timeout=60)


def status_of(response: requests.Response) -> Status:
    """The Status of a response, in whichever encoding it says."""
    if response.headers["Content-Type"] == "application/x-protobuf":
        return Status.FromString(response.content)
    assert response.headers["Content-Type"] == "application/json"
    document = response.json()
    return Status(code=document["code"], message=document["message"])


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_an_empty_request_of_each_signal_succeeds(
    served: Receiver, signal: str, headers: dict[str, str]
) -> None:
    body = b"" if headers is PROTOBUF else b"{}"
    response = ask(served, "POST", f"/v1/{signal}", body, **headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == headers["Content-Type"]
    assert response.content == (b"" if headers is PROTOBUF else b"{}")


ENCODINGS: dict[str, tuple[str, bytes]] = {
    "none": ("none", BODY),
    "identity": ("identity", BODY),
    "gzip": ("gzip", gzip.compress(BODY)),
    "gzip in capitals": ("GZIP", gzip.compress(BODY)),
    "x-gzip": ("x-gzip", gzip.compress(BODY)),
    "gzip in two members": ("gzip", gzip.compress(BODY[:50]) + gzip.compress(BODY[50:])),
    "deflate": ("deflate", zlib.compress(BODY)),
    "zstd": ("zstd", zstd.compress(BODY)),
    "zstd in two frames": ("zstd", zstd.compress(BODY[:50]) + zstd.compress(BODY[50:])),
    "zstd with an 8 MiB window": ("zstd", zstd_window(BODY, 23)),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_bodies_come_in_each_encoding(served: Receiver, stored: Storage, case: str) -> None:
    name, body = ENCODINGS[case]
    response = ask(served, "POST", "/v1/traces", body, Content_Encoding=name, **PROTOBUF)
    assert response.status_code == 200
    assert [request.data for request in stored.requests] == [BODY]


@pytest.mark.parametrize("case", ["gzip", "deflate", "zstd"])
def test_encodings_are_decoded_as_they_arrive(served: Receiver, stored: Storage, case: str) -> None:
    name, body = ENCODINGS[case]
    slices = (body[i : i + 7] for i in range(0, len(body), 7))
    headers = PROTOBUF | {"Content-Encoding": name}
    response = requests.post(f"{served.http}/v1/traces", slices, headers=headers, timeout=60)
    assert response.status_code == 200
    assert [request.data for request in stored.requests] == [BODY]


ZEROS = bytes(64 << 20)
BOMBS = {
    "gzip": gzip.compress(ZEROS),
    "deflate": zlib.compress(ZEROS),
    "zstd": zstd.compress(ZEROS),
    "none": bytes(LIMIT + 1),
}


@pytest.mark.parametrize("encoding", BOMBS)
def test_bodies_over_the_limit_are_refused_for_good(served: Receiver, encoding: str) -> None:
    headers = PROTOBUF | {"Content-Encoding": encoding}
    response = ask(served, "POST", "/v1/traces", BOMBS[encoding], **headers)
    assert response.status_code == 413
    assert "Retry-After" not in response.headers
    status = status_of(response)
    assert (status.code, list(status.details)) == (8, [])
    assert str(LIMIT) in status.message


def test_a_body_over_the_limit_is_refused_while_it_comes_in_pieces(served: Receiver) -> None:
    pieces = (bytes(1 << 16) for _ in range(64))
    response = requests.post(f"{served.http}/v1/traces", pieces, headers=PROTOBUF, timeout=60)
    assert response.status_code == 413


def test_the_limit_itself_is_within_it(served: Receiver, stored: Storage) -> None:
    empty = logs_request([{"body": ""}]).ByteSize()
    body = logs_request([{"body": "x" * (LIMIT - empty - 100)}]).SerializeToString()
    body += logs_request([{"body": "y" * (LIMIT - len(body) - empty)}]).SerializeToString()
    fill = LIMIT - len(body)
    body += b"\x7a" + bytes([fill - 2]) + bytes(fill - 2) if fill else b""
    assert len(body) == LIMIT
    for encoding, sent in {"none": body, "zstd": zstd.compress(body)}.items():
        headers = PROTOBUF | {"Content-Encoding": encoding}
        assert ask(served, "POST", "/v1/logs", sent, **headers).status_code == 200
    assert [request.records for request in stored.requests] == [2, 2]


UNTYPED: dict[str, str] = {}
REFUSALS: dict[str, tuple[str, str, bytes, dict[str, str], int, str]] = {
    "no type": ("POST", "/v1/logs", b"", UNTYPED, 415, "application/json"),
    "wrong type": ("POST", "/v1/logs", b"", {"Content-Type": "text/plain"}, 415, "text/plain"),
    "wrong encoding": ("POST", "/v1/logs", b"", PROTOBUF | {"Content-Encoding": "br"}, 415, "zstd"),
    "two encodings": (
        *("POST", "/v1/logs", b""),
        *(PROTOBUF | {"Content-Encoding": "gzip, gzip"}, 415, "zstd"),
    ),
    "not gzip": (
        *("POST", "/v1/logs", b"plain", PROTOBUF | {"Content-Encoding": "gzip"}),
        *(400, "not gzip"),
    ),
    "not zstd": (
        *("POST", "/v1/logs", b"plain", PROTOBUF | {"Content-Encoding": "zstd"}),
        *(400, "not zstd"),
    ),
    "half of gzip": (
        *("POST", "/v1/logs", gzip.compress(BODY)[:-9], PROTOBUF | {"Content-Encoding": "gzip"}),
        *(400, "ends in the middle"),
    ),
    "half of zstd": (
        *("POST", "/v1/logs", zstd.compress(BODY)[:-9], PROTOBUF | {"Content-Encoding": "zstd"}),
        *(400, "ends in the middle"),
    ),
    "zstd with a 128 MiB window": (
        *("POST", "/v1/logs", zstd_window(BODY, 27), PROTOBUF | {"Content-Encoding": "zstd"}),
        *(400, "not zstd"),
    ),
    "endless gzip members": (
        *("POST", "/v1/logs", gzip.compress(b"") * (MAX_FRAMES + 1)),
        *(PROTOBUF | {"Content-Encoding": "gzip"}, 400, str(MAX_FRAMES)),
    ),
    "endless zstd frames": (
        *("POST", "/v1/logs", zstd.compress(b"") * (MAX_FRAMES + 1)),
        *(PROTOBUF | {"Content-Encoding": "zstd"}, 400, str(MAX_FRAMES)),
    ),
    "not protobuf": ("POST", "/v1/metrics", b"\xff\xff", PROTOBUF, 400, "protobuf"),
    "not JSON": ("POST", "/v1/metrics", b"{", JSON, 400, "JSON"),
    "GET": ("GET", "/v1/traces", b"", UNTYPED, 405, "POST"),
    "DELETE with protobuf": ("DELETE", "/v1/traces", b"", PROTOBUF, 405, "POST"),
    "unknown path": ("POST", "/v1/profiles", b"", PROTOBUF, 404, "/v1/metrics"),
    "root": ("GET", "/", b"", UNTYPED, 404, "/v1/traces"),
    "health is for reading": ("POST", "/healthz", b"", UNTYPED, 405, "GET"),
}
CODES = {400: 3, 404: 5, 405: 12, 415: 3}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_is_a_status_in_the_encoding_of_the_request(
    served: Receiver, stored: Storage, case: str
) -> None:
    method, path, body, headers, code, named = REFUSALS[case]
    response = requests.request(method, served.http + path, data=body, headers=headers, timeout=60)
    assert response.status_code == code
    is_protobuf = headers.get("Content-Type") == PROTOBUF["Content-Type"]
    assert response.headers["Content-Type"] == (PROTOBUF if is_protobuf else JSON)["Content-Type"]
    status = status_of(response)
    assert status.code == CODES[code]
    assert named in status.message
    assert not stored.requests


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/traces", "POST, OPTIONS"),
        ("PUT", "/v1/logs", "POST, OPTIONS"),
        ("HEAD", "/v1/metrics", "POST, OPTIONS"),
        ("OPTIONS", "/v1/metrics", "POST, OPTIONS"),
        ("POST", "/healthz", "GET, HEAD, OPTIONS"),
        ("OPTIONS", "/healthz", "GET, HEAD, OPTIONS"),
    ],
)
def test_methods_are_listed(served: Receiver, method: str, path: str, allowed: str) -> None:
    response = ask(served, method, path)
    assert response.status_code == (204 if method == "OPTIONS" else 405)
    assert response.headers["Allow"] == allowed
    assert method not in ("OPTIONS", "HEAD") or not response.content


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-protobuf; charset=utf-8",
        "APPLICATION/X-PROTOBUF",
        "application/x-protobuf ;v=1",
    ],
)
@pytest.mark.parametrize("path", ["/v1/traces", "/v1/traces/", "//v1//traces"])
def test_types_with_parameters_and_paths_with_slashes_are_taken(
    served: Receiver, stored: Storage, content_type: str, path: str
) -> None:
    response = ask(served, "POST", path, BODY, Content_Type=content_type)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/x-protobuf"
    assert len(stored.requests) == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_rejected_spans_are_counted_in_a_partial_success(served: Receiver, as_json: bool) -> None:
    if as_json:
        good = {"traceId": "0a" * 16, "spanId": "0b" * 8}
        document = {"resourceSpans": [{"scopeSpans": [{"spans": [good, {}, {"traceId": "0a"}]}]}]}
        response = requests.post(f"{served.http}/v1/traces", json=document, timeout=60)
        partial: Any = response.json()["partialSuccess"]
        assert partial["rejectedSpans"] == "2"
        assert "16 bytes" in partial["errorMessage"]
    else:
        body = traces_request([span(), span(trace_id=b"short")]).SerializeToString()
        response = ask(served, "POST", "/v1/traces", body, **PROTOBUF)
        answer = SIGNALS["traces"].response.FromString(response.content)
        assert answer.partial_success.rejected_spans == 1
    assert response.status_code == 200


def test_an_unknown_field_is_no_reason_to_refuse(served: Receiver, stored: Storage) -> None:
    assert ask(served, "POST", "/v1/traces", BODY + b"\xfa\x7f\x00", **PROTOBUF).ok
    assert [request.records for request in stored.requests] == [2]


def test_a_small_request_does_not_wait_for_a_big_one(
    served: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking_apart, go_on = threading.Event(), threading.Event()

    def slowly(signal: SignalName, data: bytes) -> bytes:
        taking_apart.set()
        assert go_on.wait(60)
        return to_protobuf(signal, data)

    big = json.dumps({"resourceSpans": [], "unknown": "x" * 100_000}).encode()
    with ThreadPoolExecutor() as threads:
        monkeypatch.setattr("otel_replay_receivers.otlp.service.to_protobuf", slowly)
        answer = threads.submit(ask, served, "POST", "/v1/traces", big, **JSON)
        assert taking_apart.wait(60)
        assert ask(served, "POST", "/v1/traces", BODY, **PROTOBUF).status_code == 200
        assert not answer.done()
        go_on.set()
        assert answer.result().status_code == 200

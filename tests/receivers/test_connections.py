"""Slow, malformed, old and too many connections, over raw sockets."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status

from otel_replay_receivers.otlp.connections import MAX_HEADER_BYTES
from tests.receivers.conftest import Receiver, Storage, running
from tests.support.otlp import span, traces_request

BODY = traces_request([span()]).SerializeToString()
SERVICE = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
HEAD = (
    b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
)


@pytest.fixture(scope="module")
def stored() -> Storage:
    return Storage()


@pytest.fixture(scope="module")
def hasty(stored: Storage) -> Iterator[Receiver]:
    """A receiver that gives senders a second."""
    with running(stored, request_timeout_s=1) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def patient(stored: Storage) -> Iterator[Receiver]:
    """A receiver for requests that are to be answered however slow this machine is."""
    with running(stored) as receiver:
        yield receiver


@contextmanager
def connected(receiver: Receiver) -> Iterator[socket.socket]:
    with socket.create_connection(receiver.address, timeout=60) as connection:
        yield connection


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one response."""
    with closing(HTTPResponse(connection)) as response:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers, response.read()


def is_closed(connection: socket.socket) -> bool:
    """Waits for the other side to close."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


SLOW = {
    "nothing": (b"", None),
    "part of the request line": (b"POST /v1", 408),
    "headers that do not end": (HEAD[:-2], 408),
    "no body": (HEAD, 408),
    "half of the body": (HEAD + BODY[:5], 408),
}


@pytest.mark.parametrize("case", SLOW)
def test_what_does_not_arrive_in_time_is_refused_and_the_connection_closed(
    hasty: Receiver, case: str
) -> None:
    sent, status = SLOW[case]
    with connected(hasty) as connection:
        connection.sendall(sent)
        if status is not None:
            got, headers, body = answer(connection)
            assert (got, headers["connection"]) == (status, "close")
            is_protobuf = headers["content-type"] == "application/x-protobuf"
            assert not is_protobuf or Status.FromString(body).code == 4
            assert b"arrive" in body
        assert is_closed(connection)


def test_a_second_request_has_the_same_time(hasty: Receiver) -> None:
    with connected(hasty) as connection:
        connection.sendall(HEAD + BODY)
        assert answer(connection)[0] == 200
        connection.sendall(HEAD + BODY[:5])
        assert answer(connection)[0] == 408
        assert is_closed(connection)


def test_bytes_that_keep_dripping_do_not_keep_a_connection(hasty: Receiver) -> None:
    stop = threading.Event()
    with connected(hasty) as connection:

        def drip() -> None:
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"\r\n")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert is_closed(connection)
        finally:
            stop.set()
            dripping.join()


def test_a_sender_that_ignores_an_early_answer_is_cut_off(hasty: Receiver) -> None:
    with connected(hasty) as connection:
        connection.sendall(HEAD.replace(b"/v1/traces", b"/v1/nothing") + BODY[:5])
        assert answer(connection)[0] == 404
        assert is_closed(connection)


def test_an_answer_that_takes_its_time_is_waited_for(hasty: Receiver, stored: Storage) -> None:
    """The time is for arriving: storage may take longer."""
    stored.open.clear()
    with connected(hasty) as connection:
        connection.sendall(HEAD + BODY)
        timer = threading.Timer(1.6, stored.open.set)
        timer.start()
        assert answer(connection)[0] == 200
        timer.join()


def test_a_slow_sender_over_grpc_is_told_so(hasty: Receiver) -> None:
    def never() -> Iterator[bytes]:
        stop.wait(60)
        yield BODY

    stop = threading.Event()
    with grpc.insecure_channel(hasty.grpc) as channel:
        with pytest.raises(grpc.RpcError) as error:
            channel.stream_unary(SERVICE)(never())
        stop.set()
    refused: Any = error.value
    assert refused.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "request_timeout_s" in refused.details()
    reason = {"project": "", "reason": "timeout"}
    assert hasty.figure("otel_replay_refused_requests_total", **reason) >= 1


GARBAGE = {
    "no HTTP": (b"hello there\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100), 400),
    "one long header": (b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEADER_BYTES * 8, 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * MAX_HEADER_BYTES, 431),
    "a long path": (b"GET /" + b"x" * MAX_HEADER_BYTES * 8, 431),
    "two lengths": (HEAD.replace(b"Host: x", b"Content-Length: 1"), 400),
}


@pytest.mark.parametrize("case", GARBAGE)
def test_what_is_no_proper_http_gets_a_status_as_well(patient: Receiver, case: str) -> None:
    sent, status = GARBAGE[case]
    with connected(patient) as connection:
        sending = threading.Thread(target=_send_all, args=(connection, sent))
        sending.start()
        got, headers, body = answer(connection)
        sending.join()
        assert (got, headers["content-type"]) == (status, "application/json")
        assert b'"code": 3' in body or b'"code":3' in body


def _send_all(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        return  # The receiver has read enough.


def test_requests_in_one_go_are_answered_in_their_order(patient: Receiver) -> None:
    with connected(patient) as connection:
        connection.sendall(HEAD + BODY + HEAD.replace(b"traces", b"nix") + BODY)
        got = b""
        while len(statuses := re.findall(rb"HTTP/1.1 (\d+)", got)) < 2:
            got += connection.recv(4096)
        assert statuses == [b"200", b"404"]


def test_an_offer_to_upgrade_is_passed_over(patient: Receiver) -> None:
    """Java's client offers HTTP/2 with each request."""
    offer = b"Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAE"
    with connected(patient) as connection:
        for _ in range(2):
            connection.sendall(HEAD.replace(b"Host: x", offer) + BODY)
            assert answer(connection)[0] == 200


def test_the_body_is_asked_for_when_the_sender_waits_for_that(patient: Receiver) -> None:
    expecting = HEAD.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue")
    with connected(patient) as connection:
        connection.sendall(expecting)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(BODY)
        assert answer(connection)[0] == 200
    with connected(patient) as connection:
        connection.sendall(expecting.replace(b"x-protobuf", b"other"))
        assert answer(connection)[0] == 415


def test_an_old_connection_ends_with_an_answer(storage: Storage) -> None:
    with running(storage, max_connection_age_s=0.2) as receiver:
        connection = HTTPConnection(*receiver.address, timeout=60)
        headers = {"Content-Type": "application/x-protobuf"}
        statuses, ended = [], False
        while not ended:
            connection.request("POST", "/v1/traces", BODY, headers)
            response = connection.getresponse()
            statuses.append(response.read() == b"" and response.status)
            ended = response.getheader("Connection") == "close"
        assert set(statuses) == {200}
        assert len(statuses) == len(storage.requests)


def test_an_old_grpc_connection_ends_and_no_request_is_lost(storage: Storage) -> None:
    with (
        running(storage, max_connection_age_s=0.1) as receiver,
        grpc.insecure_channel(receiver.grpc) as channel,
    ):
        states: list[grpc.ChannelConnectivity] = []
        channel.subscribe(states.append)
        export, sent = channel.unary_unary(SERVICE), 0
        while states.count(grpc.ChannelConnectivity.READY) < 2:
            export(BODY, timeout=60)
            sent += 1
    assert len(storage.requests) == sent


def test_connections_beyond_their_number_are_told_to_come_back(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_replay_receivers.otlp.connections._files", lambda: 4)
    with (
        running(storage) as receiver,
        connected(receiver) as first,
        connected(receiver) as second,
        connected(receiver) as third,
    ):
        for connection, status in ((first, 200), (second, 200)):
            connection.sendall(HEAD + BODY)
            assert answer(connection)[0] == status
        third.sendall(HEAD + BODY)
        got, headers, _body = answer(third)
        assert (got, headers["retry-after"], headers["connection"]) == (503, "1", "close")


def test_what_never_became_a_request_is_counted_by_its_reason(storage: Storage) -> None:
    cases = {
        b"GET /nothing HTTP/1.1\r\n\r\n": "not_found",
        b"GET /v1/logs HTTP/1.1\r\n\r\n": "method",
        b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEADER_BYTES * 8: "too_large",
        b"hello\r\n\r\n": "malformed",
        b"OPTIONS /v1/logs HTTP/1.1\r\nOrigin: https://evil.example\r\n"
        b"Access-Control-Request-Method: POST\r\n\r\n": "origin",
        HEAD + BODY[:3]: "timeout",
    }
    with running(storage, request_timeout_s=1) as receiver:
        for sent, reason in cases.items():
            with connected(receiver) as connection:
                sending = threading.Thread(target=_send_all, args=(connection, sent))
                sending.start()
                assert answer(connection)[0] >= 400
                sending.join()
            labels = {"project": "", "reason": reason}
            assert receiver.figure("otel_replay_refused_requests_total", **labels) == 1

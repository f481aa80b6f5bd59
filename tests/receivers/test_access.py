"""Ingest keys: who may send, from which pages, how much; as senders and browsers see it."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import requests
from google.rpc.status_pb2 import Status

from otel_replay.errors import ConfigError, UnavailableError
from otel_replay.projects import IngestKey, Project
from otel_replay.usage import UsageLedger
from otel_replay_receivers.access.access import Access
from otel_replay_receivers.access.origins import Origins
from tests.receivers.conftest import Receiver, Storage, running
from tests.receivers.test_refusals import retry_delay_s
from tests.support.otlp import span, traces_request

BODY = traces_request([span()]).SerializeToString()
PROTOBUF = {"Content-Type": "application/x-protobuf"}
SHOP_KEY, NEWS_KEY, WEB_KEY = "shop-backend-key", "news-backend-key", "shop-web-key"
PROJECTS = (
    Project(
        "shop",
        (
            IngestKey(SHOP_KEY, "backend"),
            IngestKey(WEB_KEY, "web", allowed_origins=("https://*.shop.example",)),
        ),
    ),
    Project("news", (IngestKey(NEWS_KEY, "news"),)),
)
SERVICE = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
EVENING = 20 * 3600.0
"""A time of day, seconds since the epoch: 4 hours are left."""


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def stored() -> Storage:
    return Storage()


@pytest.fixture(scope="module")
def guarded(stored: Storage) -> Iterator[Receiver]:
    access = Access(PROJECTS, allowed_origins=["https://admin.example"], key_header="X-Shop-Key")
    with running(stored, access=access) as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _nothing_stored(stored: Storage) -> None:
    stored.requests.clear()


def post(receiver: Receiver, body: bytes = BODY, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(f"{receiver.http}/v1/traces", body, headers=PROTOBUF | named, timeout=60)


def message(response: requests.Response) -> str:
    return str(Status.FromString(response.content).message)


WAYS = {
    "bearer": ({"authorization": f"Bearer {SHOP_KEY}"}, "shop"),
    "bearer in small letters": ({"authorization": f"bearer  {SHOP_KEY}"}, "shop"),
    "bare": ({"authorization": NEWS_KEY}, "news"),
    "header of choice": ({"x-shop-key": NEWS_KEY}, "news"),
    "beside another's authorization": (
        {"authorization": "Basic Zm9vOmJhcg==", "x-shop-key": SHOP_KEY},
        "shop",
    ),
}


@pytest.mark.parametrize("case", WAYS)
def test_a_key_is_taken_in_each_way_and_leads_to_its_project(
    guarded: Receiver, stored: Storage, case: str
) -> None:
    headers, project = WAYS[case]
    assert post(guarded, BODY, **headers).status_code == 200
    with grpc.insecure_channel(guarded.grpc) as channel:
        channel.unary_unary(SERVICE)(BODY, metadata=tuple(headers.items()))
    assert [request.project for request in stored.requests] == [project, project]


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({}, "x-shop-key: KEY"),
        ({"authorization": ""}, "is needed"),
        ({"authorization": "Bearer some-wrong-key"}, "not known"),
        ({"authorization": f"Bearer {SHOP_KEY}x"}, "not known"),
        ({"x-shop-key": "some-wrong-key"}, "not known"),
        ({"x-otel-replay-key": SHOP_KEY}, "x-shop-key: KEY"),
    ],
)
def test_without_a_key_that_is_known_nothing_is_taken(
    guarded: Receiver, stored: Storage, headers: dict[str, str], named: str
) -> None:
    response = post(guarded, BODY, **headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert named in message(response)
    with grpc.insecure_channel(guarded.grpc) as channel, pytest.raises(grpc.RpcError) as error:
        channel.unary_unary(SERVICE)(BODY, metadata=tuple(headers.items()))
    refused: Any = error.value
    assert refused.code() is grpc.StatusCode.UNAUTHENTICATED
    assert named in refused.details()
    for text in (message(response), refused.details()):
        assert "wrong-key" not in text
        assert SHOP_KEY not in text
    assert not stored.requests


def test_a_request_without_a_key_is_refused_before_its_body_is_read(guarded: Receiver) -> None:
    with socket.create_connection(guarded.address, timeout=60) as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_the_key_of_a_page_works_on_its_pages_only(guarded: Receiver, stored: Storage) -> None:
    good = post(guarded, Origin="https://www.shop.example", x_shop_key=WEB_KEY)
    assert good.status_code == 200
    assert good.headers["Access-Control-Allow-Origin"] == "https://www.shop.example"
    bad = post(guarded, Origin="https://admin.example", x_shop_key=WEB_KEY)
    assert bad.status_code == 403
    assert "https://*.shop.example" in message(bad)
    assert "allowed_origins" in message(bad)
    assert bad.headers["Access-Control-Allow-Origin"] == "https://admin.example"
    without_origin = post(guarded, x_shop_key=WEB_KEY)
    assert without_origin.status_code == 200
    assert len(stored.requests) == 2
    refusals = {"project": "", "reason": "origin"}
    assert guarded.figure("otel_replay_refused_requests_total", **refusals) == 1


def test_a_key_without_origins_of_its_own_works_on_the_general_ones_and_the_receivers_own(
    guarded: Receiver,
) -> None:
    host = guarded.http.removeprefix("http://")
    for origin, status in {
        "https://admin.example": 200,
        f"http://{host}": 200,
        "https://www.shop.example": 403,
    }.items():
        assert post(guarded, Origin=origin, x_shop_key=SHOP_KEY).status_code == status


def preflight(receiver: Receiver, origin: str) -> requests.Response:
    return requests.options(
        f"{receiver.http}/v1/logs",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-shop-key",
        },
        timeout=60,
    )


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://admin.example", True),
        ("https://www.shop.example", True),
        ("https://shop.example", False),
        ("http://localhost:3000", False),
        ("https://evil.example/?https://www.shop.example", False),
        ("null", False),
    ],
)
def test_a_preflight_is_allowed_where_any_key_is(
    guarded: Receiver, origin: str, allowed: bool
) -> None:
    response = preflight(guarded, origin)
    assert response.headers["Vary"] == "origin"
    assert "Access-Control-Allow-Credentials" not in response.headers
    if allowed:
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
        assert response.headers["Access-Control-Allow-Headers"] == "content-type,x-shop-key"
    else:
        assert response.status_code == 403
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "allowed_origins of its ingest key" in response.json()["message"]
        assert "shop.example" not in response.json()["message"].replace(origin, "")


ORIGINS = {
    "exact": ("https://a.example", "https://a.example", True),
    "letter case": ("https://A.Example", "https://a.example", True),
    "slash at the end": ("https://a.example/", "https://a.example", True),
    "other scheme": ("https://a.example", "http://a.example", False),
    "other port": ("https://a.example", "https://a.example:8443", False),
    "beginning only": ("https://a.example", "https://a.example.evil.example", False),
    "all": ("*", "https://any.example:1", True),
    "all, without an origin": ("*", "", False),
    "subdomain": ("https://*.a.example", "https://b.a.example", True),
    "deep subdomain": ("https://*.a.example", "https://c.b.a.example", True),
    "not the domain itself": ("https://*.a.example", "https://a.example", False),
    "other domain at the end": ("https://*.a.example", "https://evil-a.example", False),
    "query": ("https://*.a.example", "https://evil.example/?x=.a.example", False),
    "fragment": ("https://*.a.example", "https://evil.example#.a.example", False),
    "user": ("https://good.example:*", "https://good.example:1@evil.example", False),
    "any port": ("http://localhost:*", "http://localhost:3000", True),
    "any port but none": ("http://localhost:*", "http://localhost", False),
    "port is a number": ("http://localhost:*", "http://localhost:3000.evil.example", False),
    "in the middle": ("https://app-*.example", "https://app-17.example", True),
    "in the middle, other host": (
        "https://app-*.example",
        "https://app-1.evil.com/.example",
        False,
    ),
    "any host": ("https://*", "https://x.example", True),
    "any host, without a port": ("https://*", "https://x.example:1", False),
    "any host and port": ("https://*:*", "https://x.example:1", True),
    "any scheme": ("*://a.example", "http://a.example", True),
    "any scheme is a web one": ("*://a.example", "ftp://a.example", False),
    "line break": ("https://*.a.example", "https://evil.example\n.a.example", False),
    "IPv6": ("http://[::1]:*", "http://[::1]:8080", True),
    "app": ("capacitor://localhost", "capacitor://localhost", True),
    "no origin named": ("null", "null", True),
}


@pytest.mark.parametrize("case", ORIGINS)
def test_what_a_pattern_allows(case: str) -> None:
    pattern, origin, allowed = ORIGINS[case]
    assert Origins([pattern]).allow(origin) is allowed


@pytest.mark.parametrize(
    "pattern", ["a.example", "https://a.example/path", "https://", "*.a.example", "https://a b"]
)
def test_a_pattern_that_no_origin_can_match_is_an_error(pattern: str) -> None:
    with pytest.raises(ConfigError, match="expected scheme://host"):
        Access(allowed_origins=[pattern])


def limited(**limits: Any) -> tuple[Clock, UsageLedger, Access]:
    clock = Clock()
    usage = UsageLedger(clock)
    projects = [Project("shop", (IngestKey(SHOP_KEY, "backend", **limits),))]
    return clock, usage, Access(projects, usage=usage, clock=clock, now=clock)


def test_requests_beyond_the_rate_wait_for_as_long_as_they_are_told(storage: Storage) -> None:
    clock, usage, access = limited(requests_per_second=0.5)
    with running(storage, access=access, usage=usage) as receiver:
        answers = [post(receiver, authorization=SHOP_KEY) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert answers[2].headers["Retry-After"] == "1"
        assert "over its requests per second" in message(answers[2])
        assert "'backend'" in message(answers[2])
        with grpc.insecure_channel(receiver.grpc) as channel:
            export = channel.unary_unary(SERVICE)
            with pytest.raises(grpc.RpcError) as error:
                export(BODY, metadata=(("authorization", SHOP_KEY),))
            refused: Any = error.value
            assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert retry_delay_s(refused) == 1
            clock.now += 1
            export(BODY, metadata=(("authorization", SHOP_KEY),))
        reason = {"project": "shop", "reason": "rate_limit"}
        assert receiver.figure("otel_replay_refused_requests_total", **reason) == 3
    assert len(storage.requests) == 3


def test_bytes_beyond_the_rate_count_once_decompressed(storage: Storage) -> None:
    rate = 1000
    clock, usage, access = limited(bytes_per_second=rate)
    big = traces_request([span(name="x" * 3000)]).SerializeToString()
    with running(storage, access=access, usage=usage) as receiver:

        def send() -> requests.Response:
            encoding = {"Content-Encoding": "gzip"}
            return post(receiver, gzip.compress(big), authorization=SHOP_KEY, **encoding)

        assert send().status_code == 200
        refused = send()
        assert refused.status_code == 429
        wait_s = (2 * len(big) - 5 * rate) / rate
        assert refused.headers["Retry-After"] == str(int(wait_s) + 1)
        clock.now += wait_s
        assert send().status_code == 200


def test_a_request_bigger_than_a_burst_passes_when_nothing_else_came(storage: Storage) -> None:
    clock, usage, access = limited(bytes_per_second=100)
    big = traces_request([span(name="x" * 2000)]).SerializeToString()
    with running(storage, access=access, usage=usage) as receiver:
        assert post(receiver, big, authorization=SHOP_KEY).status_code == 200
        clock.now += len(big) / 100 - 1
        assert post(receiver, big, authorization=SHOP_KEY).status_code == 429
        clock.now += 1
        assert post(receiver, big, authorization=SHOP_KEY).status_code == 200


@pytest.mark.parametrize(("query", "status"), [(f"?auth={SHOP_KEY}", 200), ("?auth=x", 401)])
def test_a_key_may_stand_in_the_query_as_some_agents_have_it(
    storage: Storage, query: str, status: int
) -> None:
    _clock, usage, access = limited()
    with running(storage, access=access, usage=usage) as receiver:
        url = f"{receiver.http}/v1/traces{query}"
        assert requests.post(url, BODY, headers=PROTOBUF, timeout=60).status_code == status


def test_a_budget_of_bytes_lasts_until_midnight_utc(storage: Storage) -> None:
    clock, usage, access = limited(bytes_per_day=2 * len(BODY) + 1)
    with running(storage, access=access, usage=usage) as receiver:
        answers = [post(receiver, authorization=SHOP_KEY) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "3600"
        assert "midnight" in message(answers[2])
        clock.now += 4 * 3600 - 60
        assert post(receiver, authorization=SHOP_KEY).headers["Retry-After"] == "60"
        clock.now += 60
        assert post(receiver, authorization=SHOP_KEY).status_code == 200


def test_what_no_day_has_room_for_is_not_to_be_sent_again(storage: Storage) -> None:
    _clock, usage, access = limited(bytes_per_day=len(BODY) - 1)
    with running(storage, access=access, usage=usage) as receiver:
        answer = post(receiver, authorization=SHOP_KEY)
    assert answer.status_code == 413
    assert "bytes_per_day" in message(answer)
    assert "Retry-After" not in answer.headers


def test_a_budget_counts_what_is_under_way(storage: Storage) -> None:
    _clock, usage, access = limited(bytes_per_day=len(BODY))
    sender = access.sender({"authorization": SHOP_KEY})
    with running(storage, access=access, usage=usage) as receiver, sender.charged(1):
        assert post(receiver, authorization=SHOP_KEY).status_code == 429


def test_refused_and_failed_requests_leave_the_budget_alone(storage: Storage) -> None:
    _clock, usage, access = limited(bytes_per_day=len(BODY))
    with running(storage, access=access, usage=usage) as receiver:
        storage.error = UnavailableError("away")
        assert post(receiver, authorization=SHOP_KEY).status_code == 503
        assert post(receiver, b"\xff", authorization=SHOP_KEY).status_code == 400
        storage.error = None
        assert post(receiver, authorization=SHOP_KEY).status_code == 200
    lines = usage.take("shop")
    assert {(line.key, line.outcome, line.reason) for line in lines} == {
        ("backend", "refused", "storage_unavailable"),
        ("backend", "failed", "malformed"),
        ("backend", "accepted", ""),
    }


def test_without_keys_everybody_sends_to_the_first_project(storage: Storage) -> None:
    access = Access([Project("otel"), Project("other")])
    with running(storage, access=access) as receiver:
        assert post(receiver, Origin="https://any.example").status_code == 200
        assert post(receiver, authorization="Bearer whatever").status_code == 200
    assert [request.project for request in storage.requests] == ["otel", "otel"]

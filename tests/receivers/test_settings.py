"""Remote settings, as the browser SDK asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from otel_replay.projects import IngestKey, Project
from otel_replay.remote_settings import RemoteSettings
from otel_replay_receivers.access.access import Access
from tests.receivers.conftest import Receiver, Storage, running

PATH = "/v1/replay/settings"
PAGE = "https://www.shop.example"
PROJECT = Project(
    "shop",
    (
        IngestKey("shop-web-key", "web", allowed_origins=(PAGE,)),
        IngestKey(
            "shop-beta-key", "beta", browser=RemoteSettings(sample_rate=1, record_canvas=False)
        ),
        IngestKey("shop-slow-key", "slow", requests_per_second=0.01),
    ),
    RemoteSettings(sample_rate=0.25, record_replay="on-error", capture_console=False),
)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Receiver]:
    with running(Storage(), access=Access([PROJECT])) as receiver:
        yield receiver


def get(receiver: Receiver, key: str = "", **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if key:
        named["authorization"] = f"Bearer {key}"
    return requests.get(receiver.http + PATH, headers=named, timeout=60)


def test_a_page_is_told_what_its_project_and_its_key_say(guarded: Receiver) -> None:
    web = get(guarded, "shop-web-key", Origin=PAGE)
    assert web.json() == {"sampleRate": 0.25, "recordReplay": "on-error", "captureConsole": False}
    assert web.headers["Access-Control-Allow-Origin"] == PAGE
    beta = get(guarded, "shop-beta-key").json()
    assert beta == web.json() | {"sampleRate": 1, "recordCanvas": False}


def test_browsers_keep_the_answer_and_are_told_when_it_is_still_true(guarded: Receiver) -> None:
    first = get(guarded, "shop-web-key")
    assert first.headers["Cache-Control"] == "private, max-age=300"
    again = get(guarded, "shop-web-key", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    other = get(guarded, "shop-beta-key", If_None_Match=first.headers["ETag"])
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("key", "origin", "status", "reason"),
    [
        ("", "", 401, "unauthenticated"),
        ("some-wrong-key", "", 401, "unauthenticated"),
        ("shop-web-key", "https://evil.example", 403, "origin"),
    ],
)
def test_the_rules_for_keys_and_origins_are_those_of_sending(
    guarded: Receiver, key: str, origin: str, status: int, reason: str
) -> None:
    before = guarded.figure("otel_replay_refused_requests_total", project="", reason=reason)
    answer = get(guarded, key, **({"Origin": origin} if origin else {}))
    assert answer.status_code == status
    assert "sampleRate" not in answer.text
    after = guarded.figure("otel_replay_refused_requests_total", project="", reason=reason)
    assert after == before + 1


def test_asking_counts_among_the_requests_of_a_key(guarded: Receiver) -> None:
    assert get(guarded, "shop-slow-key").status_code == 200
    refused = get(guarded, "shop-slow-key")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 1


def test_a_preflight_allows_reading_and_nothing_else(guarded: Receiver) -> None:
    asked = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    preflight = requests.options(guarded.http + PATH, headers=asked, timeout=60)
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert preflight.headers["Access-Control-Allow-Headers"] == "authorization"
    assert requests.post(guarded.http + PATH, b"{}", timeout=60).status_code == 405


def test_without_keys_and_settings_everything_is_left_to_the_page() -> None:
    with running(Storage(), access=Access([Project("otel")])) as receiver:
        assert get(receiver).json() == {}
    told = Project("otel", browser=RemoteSettings(record_replay=False))
    with running(Storage(), access=Access([told])) as receiver:
        assert get(receiver).json() == {"recordReplay": False}

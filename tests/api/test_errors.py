"""Bad requests get JSON that names the problem, and harm nothing."""

from __future__ import annotations

import gzip
import logging
from typing import Any

import orjson
import pytest

from otel_replay.errors import UnavailableError
from otel_replay.storage.clickhouse import QueryError
from tests.support.sessions import World


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("", 404, "not_found"),
        ("nope", 404, "not_found"),
        ("sessions/", 404, "not_found"),
        ("sessions/x/nope", 404, "not_found"),
        ("sessions/unknown", 404, "not_found"),
        ("sessions/unknown/manifest", 404, "not_found"),
        ("sessions/unknown/events", 404, "not_found"),
        ("sessions/unknown/traces", 404, "not_found"),
        ("sessions/unknown/replay", 404, "not_found"),
        ("sessions/a%20b", 400, "bad_request"),
        (f"sessions/{'a' * 129}", 400, "bad_request"),
        ("sessions/%27%3Bdrop", 400, "bad_request"),
        ("sessions?limit=0", 400, "bad_request"),
        ("sessions?limit=501", 400, "bad_request"),
        ("sessions?limit=ten", 400, "bad_request"),
        ("sessions?from=yesterday", 400, "bad_request"),
        ("sessions?from=-1", 400, "bad_request"),
        ("sessions?to=99999999999999", 400, "bad_request"),
        ("sessions?cursor=!!", 400, "bad_request"),
        ("sessions?cursor=e30", 400, "bad_request"),
        ("sessions?cursor=WzEsMl0", 400, "bad_request"),
        ("sessions?cursor=%C3%A9", 400, "bad_request"),
        ("sessions?limits=5", 400, "bad_request"),
        ("sessions?limit=5&limit=6", 400, "bad_request"),
        ("sessions/x/events?kind=clicks", 400, "bad_request"),
        ("sessions/x/events?from=1e5", 400, "bad_request"),
        ("sessions/x/replay?from_seq=-1", 400, "bad_request"),
        ("sessions/x/replay?to_seq=4294967296", 400, "bad_request"),
        ("sessions/x/manifest?tab=1", 400, "bad_request"),
    ],
)
def test_a_bad_request_is_answered_with_the_reason(
    world: World, path: str, status: int, code: str
) -> None:
    response = world.get(path)
    assert response.status_code == status
    assert response.mimetype == "application/json"
    error = orjson.loads(response.data)["error"]
    assert error["code"] == code
    assert len(error["message"]) > 10


def test_a_bad_tab_is_refused(world: World) -> None:
    world.chunk(world.id, 0)
    assert world.get(f"sessions/{world.id}/replay?tab=a%20b").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["sessions", "sessions/x", "sessions/x/replay", "traces/x"])
def test_other_methods_are_not_allowed(world: World, method: str, path: str) -> None:
    response = world.client.open(f"/api/v1/{path}", method=method)
    assert response.status_code == 405
    assert orjson.loads(response.data)["error"]["code"] == "method_not_allowed"
    assert "GET" in response.headers["Allow"]


def test_head_is_allowed(world: World) -> None:
    response = world.client.head("/api/v1/sessions")
    assert (response.status_code, response.data) == (200, b"")


def test_clickhouse_away_is_unavailable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail(monkeypatch, world, UnavailableError("ClickHouse is away", retry_after_s=1.2))
    response = world.get("sessions")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert orjson.loads(response.data)["error"] == {
        "code": "unavailable",
        "message": "ClickHouse is away",
    }


@pytest.mark.parametrize("error", [RuntimeError("secret"), QueryError("secret", 60)])
def test_a_bug_is_logged_and_kept_from_the_client(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    _fail(monkeypatch, world, error)
    with caplog.at_level(logging.ERROR):
        response = world.get("sessions")
    assert response.status_code == 500
    assert orjson.loads(response.data)["error"]["code"] == "internal"
    assert b"secret" not in response.data
    assert "secret" in caplog.text


def test_json_is_compressed_from_a_kilobyte_on(world: World) -> None:
    world.click(world.id)
    path = f"sessions/{world.id}/events"
    small = world.get(path, Accept_Encoding="gzip")
    assert "Content-Encoding" not in small.headers
    for offset_ms in range(1, 10):
        world.click(world.id, offset_ms)
    big = world.get(path, Accept_Encoding="gzip")
    assert big.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(big.data) == world.get(path).data
    assert int(big.headers["Content-Length"]) == len(big.data)


def test_nothing_is_stored_by_caches(world: World) -> None:
    assert world.get("sessions").headers["Cache-Control"] == "no-store"
    assert world.get("nope").headers["Cache-Control"] == "no-store"


def _fail(monkeypatch: pytest.MonkeyPatch, world: World, error: Exception) -> None:
    def failing(*_arguments: Any) -> Any:
        raise error

    monkeypatch.setattr(world.database, "query", failing)

"""Jobs over the API: programs with the token may ask for them, pages in a browser never."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import flask
import orjson
import pytest
import requests
from flask.testing import FlaskClient
from playwright.sync_api import Page

from otel_replay.errors import InvalidDataError
from otel_replay.jobs import Asked
from otel_replay.storage.blobs import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_ui.api import Backend, JobService, blueprint
from otel_replay_ui.api import jobs as jobs_module
from otel_replay_ui.app import create_app
from otel_replay_ui.server import WsgiServer

TOKEN = "a-token-of-the-tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def count(asked: Asked) -> dict[str, Any]:
    asked.only("to", "fail")
    if asked.flag("fail"):
        raise InvalidDataError("to is 0: expected more")
    asked.progress({"counted": 1})
    return {"to": asked.text("to"), "asked_by": asked.asked_by}


def crash(asked: Asked) -> dict[str, Any]:
    raise ZeroDivisionError("a secret of the process")


@pytest.fixture
def backend(shared_database: Database, blobs: FileBlobStore) -> Backend:
    return Backend(shared_database, blobs)


@pytest.fixture
def client(backend: Backend) -> FlaskClient:
    app = flask.Flask("api")
    service = JobService({"count": count, "crash": crash}, ("another-token", TOKEN))
    app.register_blueprint(blueprint(backend, service))
    return app.test_client()


def lines(text: str) -> list[Any]:
    return [orjson.loads(line) for line in text.splitlines() if line]


def test_a_job_tells_how_it_goes_and_what_it_did(client: FlaskClient) -> None:
    response = client.post("/api/v1/jobs/count", headers=HEADERS, json={"to": "three"})
    assert response.status_code == 200
    assert response.mimetype == "application/x-ndjson"
    assert lines(response.text) == [
        {"progress": {"counted": 1}},
        {"report": {"to": "three", "asked_by": "api"}},
    ]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"fail": True}, "to is 0: expected more"),
        ({"fail": "yes"}, "parameter 'fail' is 'yes': expected true or false"),
        ({"to": 3}, "parameter 'to' is 3: expected a text"),
        ({"too": "3"}, "parameter 'too' does not exist: expected some of to, fail"),
    ],
)
def test_a_job_that_fails_says_why(
    client: FlaskClient, parameters: dict[str, Any], message: str
) -> None:
    response = client.post("/api/v1/jobs/count", headers=HEADERS, json=parameters)
    assert lines(response.text)[-1] == {"error": {"code": "bad_request", "message": message}}


def test_a_job_that_crashes_gives_nothing_away(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, "otel_replay_ui.api.jobs"):
        response = client.post("/api/v1/jobs/crash", headers=HEADERS, json={})
    (line,) = lines(response.text)
    assert line["error"]["code"] == "internal"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({}, "{}", 401, "unauthorized"),
        ({"Authorization": "Bearer wrong"}, "{}", 401, "unauthorized"),
        ({"Authorization": f"Basic {TOKEN}"}, "{}", 401, "unauthorized"),
        ({"Authorization": "Bearer tökén"}, "{}", 401, "unauthorized"),
        ({**HEADERS, "Origin": "http://localhost"}, "{}", 403, "forbidden"),
        ({**HEADERS, "Sec-Fetch-Site": "same-origin"}, "{}", 403, "forbidden"),
        ({**HEADERS, "Content-Type": "text/plain"}, "{}", 415, "bad_request"),
        ({**HEADERS, "Content-Type": "application/json"}, "{", 400, "bad_request"),
        ({**HEADERS, "Content-Type": "application/json"}, "[]", 400, "bad_request"),
        ({**HEADERS, "Content-Type": "application/json"}, " " * 70_000, 413, "bad_request"),
    ],
)
def test_who_may_not_ask_is_told_why(
    client: FlaskClient, headers: dict[str, str], body: str, status: int, code: str
) -> None:
    response = client.post("/api/v1/jobs/count", headers=headers, data=body)
    assert response.status_code == status, response.text
    assert response.json is not None
    assert response.json["error"]["code"] == code
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


def test_an_unknown_job_is_named(client: FlaskClient) -> None:
    response = client.post("/api/v1/jobs/counts", headers=HEADERS, json={})
    assert response.status_code == 404
    assert "expected one of count, crash" in response.text
    assert client.get("/api/v1/jobs/count", headers=HEADERS).status_code == 405


def test_without_a_token_nobody_may(backend: Backend) -> None:
    app = flask.Flask("api")
    app.register_blueprint(blueprint(backend, JobService({"count": count})))
    for authorization in ("Bearer ", "Bearer x", ""):
        response = app.test_client().post(
            "/api/v1/jobs/count", headers={"Authorization": authorization}, json={}
        )
        assert response.status_code == 403
        assert "OTEL_REPLAY_ADMIN_TOKEN" in response.text


def test_jobs_have_a_limit_and_a_sign_of_life(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "BLANK_LINE_S", 0.01)
    go_on = threading.Event()

    def wait(asked: Asked) -> dict[str, Any]:
        assert go_on.wait(60)
        return {}

    app = create_app(blueprint(backend, JobService({"wait": wait}, (TOKEN,))))
    server = WsgiServer(app, "127.0.0.1", 0, name="the test", flag="none")
    server.start()
    url = f"http://127.0.0.1:{server.port}/api/v1/jobs/wait"
    try:
        under_way = [
            requests.post(url, json={}, headers=HEADERS, stream=True, timeout=60)
            for _ in range(jobs_module.MAX_AT_ONCE)
        ]
        assert next(under_way[0].iter_content(1)) == b"\n"
        refused = requests.post(url, json={}, headers=HEADERS, timeout=60)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "10"
        go_on.set()
        assert [lines(r.text) for r in under_way[1:]] == [[{"report": {}}]] * 3
        under_way[0].close()
    finally:
        go_on.set()
        server.stop()


@pytest.fixture
def counted(backend: Backend) -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and who asked for its job."""
    askers: list[str] = []

    def note(asked: Asked) -> dict[str, Any]:
        askers.append(asked.asked_by)
        return {}

    app = create_app(blueprint(backend, JobService({"note": note}, (TOKEN,))))
    server = WsgiServer(app, "127.0.0.1", 0, name="the test", flag="none")
    server.start()
    yield f"http://127.0.0.1:{server.port}", askers
    server.stop()


_ATTEMPTS = """
async ([url, token]) => {
  const attempts = [
    {headers: {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'}, body: '{}'},
    {headers: {'Content-Type': 'text/plain'}, body: '{}', mode: 'no-cors'},
    {headers: {Authorization: `Bearer ${token}`}, body: '{}', mode: 'no-cors'},
  ];
  const results = [];
  for (const attempt of attempts) {
    try {
      const response = await fetch(url, {method: 'POST', ...attempt});
      results.push(response.type === 'opaque' ? 'opaque' : response.status);
    } catch (error) { results.push('blocked'); }
  }
  navigator.sendBeacon(url, '{}');
  results.push(await new Promise(done => {
    const form = document.createElement('form');
    const frame = document.createElement('iframe');
    frame.name = 'answer';
    form.method = 'post'; form.action = url; form.target = 'answer'; form.enctype = 'text/plain';
    document.body.append(frame, form);
    frame.onload = () => done('submitted');
    form.submit();
  }));
  return results;
}
"""


@pytest.mark.e2e
def test_no_page_in_a_browser_can_ask_for_a_job(
    viewer: Page, counted: tuple[str, list[str]]
) -> None:
    """Not one of another origin, nor one of ours that knows the token."""
    url, askers = counted
    job = f"{url}/api/v1/jobs/note"
    # The same server by another name is another origin.
    viewer.route("http://elsewhere.test/", lambda route: route.fulfill(body="<body></body>"))
    viewer.goto("http://elsewhere.test/")
    results = viewer.evaluate(_ATTEMPTS, [job, TOKEN])
    assert results[0] == "blocked"
    assert 200 not in results
    viewer.goto(f"{url}/sessions")
    assert (
        viewer.evaluate(
            "async ([url, token]) => (await fetch(url, {method: 'POST', body: '{}', headers:"
            " {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'}})).status",
            [job, TOKEN],
        )
        == 403
    )
    assert askers == []
    assert requests.post(job, json={}, headers=HEADERS, timeout=30).status_code == 200
    assert askers == ["api"]

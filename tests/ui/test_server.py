"""What the UI's server answers besides the API; no browser needed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import flask
import pytest
from flask.testing import FlaskClient

from otel_replay.errors import ConfigError, NotFoundError, UnavailableError
from otel_replay_ui.app import create_app
from otel_replay_ui.views import assets


def failing_api() -> flask.Blueprint:
    """Each path raises its own kind of error."""
    api = flask.Blueprint("api", __name__, url_prefix="/api/v1")

    @api.get("/gone")
    def gone() -> str:
        raise NotFoundError("There is no session ab.")

    @api.get("/away")
    def away() -> str:
        raise UnavailableError("ClickHouse does not answer.", retry_after_s=2.4)

    @api.get("/broken")
    def broken() -> str:
        raise KeyError("a secret detail")

    return api


@pytest.fixture
def client() -> FlaskClient:
    return create_app(failing_api()).test_client()


def test_the_root_leads_to_the_sessions(client: FlaskClient) -> None:
    response = client.get("/")
    assert (response.status_code, response.location) == (302, "/sessions")


@pytest.mark.parametrize("path", ["/sessions", "/sessions/ab12", "/traces/cd34"])
def test_a_page_loads_files_that_exist_and_may_be_kept_for_ever(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path)
    files = re.findall(r'(?:src|href)="(/static/dist/[^"]+)"', page.text)
    assert page.headers["Cache-Control"] == "no-cache"
    assert len(files) >= 3
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert "immutable" in answer.headers["Cache-Control"]
        answer.close()


def test_scripts_and_styles_are_sent_compressed_to_who_takes_it(client: FlaskClient) -> None:
    files = re.findall(r'(?:src|href)="(/static/dist/[^"]+)"', client.get("/sessions/ab12").text)
    sent = 0
    for file in files:
        plain = client.get(file)
        packed = client.get(file, headers={"Accept-Encoding": "gzip, br"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.mimetype == plain.mimetype
        for answer in (plain, packed):
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert "immutable" in answer.headers["Cache-Control"]
            answer.close()
        sent += len(packed.data) if packed.mimetype == "text/javascript" else 0
    assert 0 < sent <= 300_000


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/sessions/ab12", ["/api/v1/sessions/ab12/manifest", "/api/v1/sessions/ab12"]),
        ("/traces/cd34", ["/api/v1/traces/cd34"]),
        ("/sessions", []),
    ],
)
def test_what_a_page_shows_first_is_asked_for_before_its_script_is_there(
    client: FlaskClient, path: str, asked: list[str]
) -> None:
    page = client.get(path).text
    assert re.findall(r'as="fetch" crossorigin href="([^"]+)"', page) == asked
    assert page.find('as="fetch"') < page.find("/static/dist/")


@pytest.mark.parametrize("path", ["/sessions", "/sessions/ab", "/traces/cd", "/nowhere"])
def test_pages_forbid_scripts_from_elsewhere_and_inline(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == policy["object-src"] == policy["form-action"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-src"] == "'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in response.text


def test_an_id_in_the_address_cannot_become_markup(client: FlaskClient) -> None:
    response = client.get('/sessions/"><img src=x onerror=alert(1)>')
    assert "<img" not in response.text


def test_the_list_of_built_files_is_always_asked_for_again(client: FlaskClient) -> None:
    response = client.get("/static/dist/manifest.json")
    assert response.headers["Cache-Control"] == "no-cache"
    response.close()


def test_a_missing_build_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="npm run build"):
        assets.load(tmp_path / "manifest.json")


def test_a_missing_build_shows_a_page_that_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    response = client.get("/sessions")
    assert response.status_code == 500
    assert "npm run build" in response.text


def test_an_unknown_page_gets_a_page_that_leads_on(client: FlaskClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert 'href="/sessions"' in response.text
    assert re.search(r'<script src="/static/dist/theme-\w+\.js">', response.text)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/api/v1/gone", 404, "not_found"),
        ("DELETE", "/api/v1/gone", 405, "method_not_allowed"),
        ("GET", "/api/v1/away", 503, "unavailable"),
        ("GET", "/api/v1/broken", 500, "internal"),
    ],
)
def test_errors_of_the_api_are_json(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.get_json()["error"]["code"] == code


def test_a_passing_failure_says_when_to_come_back(client: FlaskClient) -> None:
    assert client.get("/api/v1/away").headers["Retry-After"] == "2"


def test_an_unexpected_fault_does_not_tell_its_details(client: FlaskClient) -> None:
    assert "secret" not in client.get("/api/v1/broken").text


def test_health_is_ok_only_without_problems() -> None:
    problems: list[str] = []
    client = create_app(ready=lambda: problems).test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    problems.append("ClickHouse does not answer")
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.get_json()["problems"] == ["ClickHouse does not answer"]


def test_any_site_may_load_the_sdk(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "otel.js"
    bundle.write_text("var otelReplay = {};")
    monkeypatch.setattr("otel_replay_ui.views.sdk.sdk_path", lambda name: bundle)
    response = client.get("/sdk/otel.js")
    assert response.text == "var otelReplay = {};"
    assert response.mimetype == "text/javascript"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    response.close()


def test_the_list_knows_where_browsers_send_to() -> None:
    app = create_app(receiver_url=lambda: "http://127.0.0.1:4999")
    page = app.test_client().get("/sessions").get_data(as_text=True)
    assert 'data-receiver="http://127.0.0.1:4999"' in page

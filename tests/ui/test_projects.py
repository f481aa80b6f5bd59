"""Several projects behind one address."""

from __future__ import annotations

import html
import json
import re

import flask
import pytest
from werkzeug.test import Client

from otel_replay_ui.app import create_app
from otel_replay_ui.projects import mount


def naming_api(name: str) -> flask.Blueprint:
    """An API that tells whose it is."""
    api = flask.Blueprint("api", __name__, url_prefix="/api/v1")

    @api.get("/sessions")
    def sessions() -> dict[str, str]:
        return {"project": name}

    return api


@pytest.fixture
def client() -> Client:
    return Client(mount({name: create_app(naming_api(name)) for name in ("otel", "billing")}))


def root_data(client: Client, path: str) -> dict[str, str]:
    """The data attributes of the page's root element."""
    page = client.get(path)
    assert page.status_code == 200
    element = re.search(r'<div id="app"([^>]*)>', page.text)
    assert element
    return {k: html.unescape(v) for k, v in re.findall(r'data-([a-z]+)="([^"]*)"', element[1])}


@pytest.mark.parametrize(
    ("base", "name"), [("", "otel"), ("/projects/billing", "billing")], ids=["default", "other"]
)
def test_each_project_has_pages_and_an_api_of_its_own(client: Client, base: str, name: str) -> None:
    assert client.get(f"{base}/api/v1/sessions").json == {"project": name}
    data = root_data(client, f"{base}/sessions")
    assert (data["base"], data["project"]) == (base, name)


def test_each_page_names_all_projects(client: Client) -> None:
    listed = json.loads(root_data(client, "/sessions")["projects"])
    assert listed == [
        {"name": "otel", "base": ""},
        {"name": "billing", "base": "/projects/billing"},
    ]


def test_the_root_leads_to_the_sessions_of_the_same_project(client: Client) -> None:
    assert client.get("/projects/billing/").location == "/projects/billing/sessions"


def test_a_project_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/projects/unknown/sessions").status_code == 404
    assert client.get("/projects/unknown/api/v1/sessions").status_code == 404


def test_files_of_a_project_are_served_under_its_path(client: Client) -> None:
    page = client.get("/projects/billing/sessions").text
    script = re.search(r'<script type="module" src="([^"]+)"', page)
    assert script
    assert script[1].startswith("/projects/billing/static/")
    with client.get(script[1]) as file:
        assert file.status_code == 200
        assert "immutable" in file.headers["Cache-Control"]

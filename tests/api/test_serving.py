"""The server under the pages, the API and SQL."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator

import flask
import pytest
import requests

from otel_replay_ui.server import WsgiServer

MANY = 1_100


@pytest.fixture
def many_open_files() -> Iterator[None]:
    """More than 1,024 files that this process has open, as many connections to OTLP make it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * MANY if hard == resource.RLIM_INFINITY else min(hard, 3 * MANY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(MANY)]
    yield
    for file in files:
        os.close(file)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_it_answers_while_the_process_has_more_files_open_than_select_can_count(
    many_open_files: None,
) -> None:
    app = flask.Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "here")
    server = WsgiServer(app, "127.0.0.1", 0, name="test", flag="--test")
    server.start()
    try:
        assert requests.get(f"http://127.0.0.1:{server.port}/", timeout=60).text == "here"
    finally:
        server.stop()

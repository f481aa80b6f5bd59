"""The player plays a session that was compacted, whatever the browser takes."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from playwright.sync_api import Page, Response
from werkzeug.serving import make_server

from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from tests.support.recordings import compact, finish, stored
from tests.support.sessions import World, at
from tests.ui.worlds import recording, shop

pytestmark = pytest.mark.e2e

PICTURE = "window.__player.document().body.innerText"
BIGGER_THAN_A_WINDOW = 12 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_a_compacted_session_is_played(alone: World, page: Page, encoding: str) -> None:
    store_shop(alone)
    finish(alone)
    assert compact(alone) == 1
    assert {row["Encoding"] for row in stored(alone)} == {"zstd"}
    for blob in list(alone.blobs.list("packs/")):
        alone.blobs.delete(blob.key)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if "/replay?" in answer.url else None)
    with served(alone, without=() if encoding == "zstd" else ("zstd",)) as address:
        page.goto(f"{address}/sessions/{alone.id}")
        page.wait_for_selector("[data-testid=player][data-phase=ready]")
        for probe in recording()["probes"]:
            page.evaluate("(t) => window.__player.seek(t)", probe["t"] - shop().start_ms)
            assert page.evaluate(PICTURE).split() == probe["text"].split()
    assert {answer.headers["content-encoding"] for answer in answers} == {encoding}


def test_a_segment_that_is_bigger_than_the_window_is_taken_apart_by_the_browser(
    alone: World, page: Page
) -> None:
    text = "".join(map(str, range(BIGGER_THAN_A_WINDOW // 7)))
    payload = gzip.compress(orjson.dumps([{"type": 5, "timestamp": 0, "data": text}]), 1)
    alone.chunk(alone.id, 0, payload=payload)
    finish(alone)
    compact(alone)
    with served(alone) as address:
        page.goto(f"{address}/sessions")
        got = page.evaluate(
            """async (path) => {
              const headers = {Accept: 'application/vnd.otel-replay.frames'};
              const response = await fetch(path, {headers});
              const {byteLength} = await response.arrayBuffer();
              return [response.headers.get('content-encoding'), byteLength];
            }""",
            f"/api/v1/sessions/{alone.id}/replay",
        )
    assert got[0] == "zstd"
    assert got[1] > len(text)


def store_shop(world: World) -> None:
    """The genuine recording, as the chunks of a session."""
    world.zero_ms = round(shop().start_ms)
    world.clock.seconds = world.zero_ms / 1000 + 60
    for tab, parts in shop().tabs.items():
        for part in parts:
            world.chunk(
                *(world.id, part.seq),
                tab=tab,
                start_ms=part.start - world.zero_ms,
                payload=part.payload(),
                EndTime=at(part.end),
                Checkpoint=part.checkpoint,
                Events=len(part.events),
                Size=len(orjson.dumps(part.events)),
            )


@contextmanager
def served(world: World, without: tuple[str, ...] = ()) -> Iterator[str]:
    """The pages over a world, for browsers that do not take some content codings."""
    backend = Backend(world.database, world.blobs, world.clock)
    app = create_app(blueprint(backend))

    def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "").split(",")
        kept = [coding for coding in accepted if coding.strip() not in without]
        return app(environ | {"HTTP_ACCEPT_ENCODING": ",".join(kept)}, start_response)

    server = make_server("127.0.0.1", 0, plain, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()

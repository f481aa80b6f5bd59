"""Settings from the receiver: they lower what a page has set, never raise it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from otel_replay.browser import SDK_FILES, sdk_path
from otel_replay.projects import IngestKey, Project
from otel_replay.remote_settings import RemoteSettings
from otel_replay_receivers.access.access import Access
from tests.receivers.conftest import Storage, running
from tests.support.npm import IMPORT_MAP, sdk_modules
from tests.support.process import wait_for
from tests.support.site import site

pytestmark = pytest.mark.e2e

TOLD = {
    "no-recording": RemoteSettings(record_replay=False),
    "on-error-only": RemoteSettings(record_replay="on-error"),
    "strict-mode": RemoteSettings(privacy="strict", capture_console=False),
    "nobody-at-all": RemoteSettings(sample_rate=0),
    "quiet-page": RemoteSettings(capture_console=False, capture_network=False),
    "wide-open": RemoteSettings(privacy="balanced", sample_rate=1),
}
PAGE = f"""<!doctype html><title>Page</title>{IMPORT_MAP}<script type="module">
import * as sdk from 'otel-replay';
import {{ initRemote }} from 'otel-replay/remote';
window.otelReplay = sdk;
const query = new URLSearchParams(location.search);
void initRemote({{ endpoint: query.get('to'), serviceName: 'shop',
  requireConsent: query.has('consent'),
  privacy: query.get('privacy') ?? 'open', sampleRate: Number(query.get('rate') ?? 1),
  headers: {{ authorization: `Bearer ${{query.get('key')}}` }} }});
sdk.identify({{ id: 'u1', email: 'ada@example.com' }});
sdk.track('early.event', {{ note: 'of mail@example.com' }});
</script><p>words of the page</p>"""
TAGS = """<!doctype html><title>Tags</title><script src="/otel.js"></script>
<script src="/otel-remote.js" data-endpoint="RECEIVER" data-service="shop" data-key="strict-mode"
 data-privacy="open"></script>
<script>otelReplay.track('early.event');</script><p>words of the page</p>"""


@dataclass
class World:
    """A receiver with a key for each kind of settings, and a page that may use them."""

    storage: Storage
    origin: str
    receiver: str
    context: BrowserContext

    def open(self, key: str, **query: str) -> Page:
        """Opens the page and waits until it has the answer about settings, or gave up on it."""
        page = self.context.new_page()
        more = "".join(f"&{name}={value}" for name, value in query.items())
        with page.expect_event("requestfinished", is_settings):
            page.goto(f"{self.origin}/?to={self.receiver}&key={key}{more}")
        return page

    def events(self) -> dict[str, str]:
        """Everything about an event that arrived, by its name."""
        found: dict[str, str] = {}
        for request in self.storage.requests:
            if request.signal == "logs":
                for resource in ExportLogsServiceRequest.FromString(request.data).resource_logs:
                    for scope in resource.scope_logs:
                        for record in scope.log_records:
                            found[record.event_name] = f"{resource.resource} {record}"
        return found

    def recorded(self) -> str:
        return "\n".join(
            (gzip.decompress(chunk.payload) if chunk.encoding == "gzip" else chunk.payload).decode()
            for request in self.storage.requests
            for chunk in request.chunks
        )

    def spans(self) -> int:
        return sum(request.signal == "traces" for request in self.storage.requests)


def is_settings(request: Request) -> bool:
    return request.url.endswith("/v1/replay/settings") and request.method == "GET"


@pytest.fixture
def world(browser: Browser) -> Iterator[World]:
    keys = tuple(IngestKey(name, name, browser=told) for name, told in TOLD.items())
    files = {f"/{name}": sdk_path(name).read_text(encoding="utf-8") for name in SDK_FILES}
    storage, access = Storage(), Access([Project("otel", keys)])
    context = browser.new_context()
    with running(storage, access=access) as receiver:
        pages = {"/": PAGE, "/tags": TAGS.replace("RECEIVER", receiver.http)}
        with site(pages | files | sdk_modules()) as origin:
            yield World(storage, origin, receiver.http, context)
            context.close()


def flushed(page: Page) -> None:
    page.evaluate("() => otelReplay.flush()")


def closed(page: Page, world: World) -> bool:
    """Whether the page is gone, and its last chunk is here."""
    if not page.is_closed():
        page.goto("about:blank")
        page.close()
    return any(chunk.final for request in world.storage.requests for chunk in request.chunks)


def test_the_receiver_can_switch_recordings_off(world: World) -> None:
    page = world.open("no-recording")
    wait_for("the event", lambda: "early.event" in world.events())
    page.evaluate("() => { document.body.append('more'); console.log('said late'); }")
    flushed(page)
    assert world.recorded() == ""
    assert "browser.console" in world.events()


def test_a_stricter_mode_holds_for_calls_from_before_it_was_known(world: World) -> None:
    page = world.open("strict-mode")
    wait_for("the event", lambda: "early.event" in world.events())
    wait_for("the recording", world.recorded)
    flushed(page)
    event = world.events()["early.event"]
    assert "mail@example.com" not in event
    assert "ada@example.com" in event, "what identify() is given is sent as given"
    assert '"strict"' in event
    assert "browser.console" not in world.events()
    assert "words of the page" not in world.recorded()


def test_who_is_not_in_the_receivers_share_sends_nothing(world: World) -> None:
    page = world.open("nobody-at-all")
    page.wait_for_function("() => otelReplay.getSessionId() === undefined")
    page.evaluate("() => otelReplay.track('late.event')")
    flushed(page)
    assert world.storage.requests == []


def test_console_and_requests_can_be_left_out(world: World) -> None:
    page = world.open("quiet-page")
    wait_for("the recording", world.recorded)
    with page.expect_request("**/stock") as request:
        page.evaluate("() => fetch('/stock')")
    page.evaluate("() => console.log('said late')")
    flushed(page)
    assert "traceparent" not in request.value.all_headers()
    assert world.spans() == 0
    assert "browser.console" not in world.events()
    assert "early.event" in world.events()


def test_on_error_keeps_everything_until_there_is_one(world: World) -> None:
    page = world.open("on-error-only")
    page.evaluate("() => document.body.append('before the error')")
    flushed(page)
    assert world.storage.requests == []
    page.evaluate("() => otelReplay.recordException(new Error('at last'))")
    wait_for("the past", lambda: "early.event" in world.events())
    wait_for("the recording", lambda: "before the error" in world.recorded())


def test_what_the_page_has_set_more_narrowly_stays(world: World) -> None:
    page = world.open("wide-open", privacy="strict")
    wait_for("the recording", world.recorded)
    assert "words of the page" not in world.recorded()
    wait_for("the last chunk", lambda: closed(page, world))
    none = world.context.new_page()
    none.goto(f"{world.origin}/?to={world.receiver}&key=wide-open&rate=0")
    flushed(none)
    # By its address: what the other page reports as it goes may come in as late as now.
    assert "rate=0" not in world.recorded()
    assert not any(b"rate=0" in request.data for request in world.storage.requests)


def test_the_next_page_begins_with_what_this_one_was_told(world: World) -> None:
    told = world.open("strict-mode")
    wait_for("the recording", world.recorded)
    wait_for("the last chunk", lambda: closed(told, world))
    world.storage.requests.clear()
    page = world.context.new_page()
    page.route("**/v1/replay/settings", lambda route: route.abort())
    page.goto(f"{world.origin}/?to={world.receiver}&key=strict-mode")
    wait_for("the recording", world.recorded)
    assert "words of the page" not in world.recorded()


def test_without_an_answer_the_pages_own_settings_hold(world: World) -> None:
    page = world.context.new_page()
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    page.route("**/v1/replay/settings", lambda route: route.abort())
    page.goto(f"{world.origin}/?to={world.receiver}&key=strict-mode")
    wait_for("the recording", lambda: "words of the page" in world.recorded())
    flushed(page)
    assert any("settings could not be had" in text for text in warnings)


def test_nothing_is_asked_before_consent(world: World) -> None:
    page = world.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{world.origin}/?to={world.receiver}&key=strict-mode&consent=1")
    page.wait_for_function("() => window.otelReplay")
    flushed(page)
    assert not [url for url in asked if url.startswith(world.receiver)]
    page.evaluate("() => otelReplay.consent()")
    wait_for("the recording", world.recorded)
    assert "words of the page" not in world.recorded()
    assert "early.event" not in world.events(), "what came before consent is not kept"


def test_script_tags_have_a_file_for_it(world: World) -> None:
    page = world.context.new_page()
    page.goto(f"{world.origin}/tags")
    wait_for("the event", lambda: "early.event" in world.events())
    wait_for("the recording", world.recorded)
    assert "words of the page" not in world.recorded()

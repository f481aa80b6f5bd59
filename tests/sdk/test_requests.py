"""Requests of pages arrive as they were made, and are reported with what the options ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.sdk.shop import Shop, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

# The page wraps fetch before the SDK is there and again after it, as other tools do.
WRAPPING = """<!doctype html><title>Requests</title><script>
const before = fetch;
window.calls = 0;
window.fetch = function (...args) { if (!String(args[0]).includes('/otlp/')) window.calls++; return before.apply(this, args); };
</script>SDK<script>
const after = window.fetch;
window.fetch = (...args) => after(...args);
const viaXhr = (url, body) => new Promise((done) => {
  const xhr = new XMLHttpRequest();
  xhr.onload = () => done(xhr.responseText);
  xhr.open('POST', url);
  xhr.send(body);
});
const outcome = async (work) => { try { return await work(); } catch ({ name }) { return name; } };
/** What the page sees of each kind of request. */
window.run = async () => {
  const form = new FormData();
  form.append('file', new Blob(['file content']), 'a.txt');
  const read = async (response) => (await response).text();
  const own = { 'x-own': 'kept' };
  const stream = () => new Blob(['stream body']).stream();
  const request = new Request('/cloned', { method: 'POST', body: 'cloned body' });
  const seen = {
    form: await read(fetch('/form', { method: 'POST', body: form })),
    request: await read(fetch(new Request('/request', { method: 'PUT', body: 'request body', headers: own }))),
    both: await read(fetch(new Request('/both', { method: 'POST', body: 'both body' }), { headers: own })),
    clone: await read(fetch(request.clone())) + await request.text(),
    blob: await read(fetch('/blob', { method: 'POST', body: new Blob(['blob body']) })),
    bytes: await read(fetch('/bytes', { method: 'POST', body: new TextEncoder().encode('bytes body') })),
    xhr: await viaXhr('/xhr', new URLSearchParams({ q: 'xhr body' })),
    // Browsers send streams over HTTP/2 only: what matters is that the page gets their refusal.
    stream: await outcome(() => fetch('/upload', { method: 'POST', body: stream(), duplex: 'half' })),
    url: await read(fetch(new URL('/data.json', location.href))),
    aborted: await outcome(() => fetch('/form', { signal: AbortSignal.abort() })),
    nonsense: await outcome(() => fetch('http://')),
  };
  const reader = (await fetch('/data.json')).body.getReader();
  seen.streamed = new TextDecoder().decode((await reader.read()).value);
  return seen;
};</script>"""  # noqa: E501
FILES = {"/data.json": b'{"stock": 7}'}


def received(world: Shop) -> dict[str, tuple[bytes, str]]:
    """Bodies and types, without the boundary, which browsers make up for each form."""
    found = {}
    for path, request in world.received.items():
        kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
        found[path] = (request.body.replace(boundary.encode() or b"-", b"-"), kind)
    return found


def test_requests_of_every_kind_are_what_they_are_without_the_sdk(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": WRAPPING, "/bare": WRAPPING.replace("SDK", "")}, files=FILES) as world:
        page = context.new_page()
        page.goto(world.origin + "/bare")
        expected, bodies = page.evaluate("() => run()"), received(world)
        world.received.clear()
        page.goto(world.origin)
        wait_for("the recording", world.chunks)
        assert page.evaluate("() => run()") == expected
        assert received(world) == bodies
        assert page.evaluate("() => calls") == 11, "each is made once"
        assert world.received["/request"].headers["x-own"] == "kept"
        assert world.received["/both"].headers["x-own"] == "kept"
        page.evaluate("() => otelReplay.flush()")
        contexts = {path: got.headers["traceparent"] for path, got in world.received.items()}
        assert len(contexts) == 7
        assert all(text.count("-") == 3 for text in contexts.values())
        assert len(set(contexts.values())) == len(contexts), "each has a span of its own"
        spans = [span.attributes["url.full"].rpartition("/")[2] for span in world.spans()]
        # What has no address is no request; the aborted one is its second under that address.
        assert sorted(spans) == sorted(
            ["form", "request", "both", "cloned", "blob", "bytes", "xhr", "upload"]
            + ["data.json", "form", "data.json"]
        )
    context.close()


REPORTED = """<!doctype html><title>Reported</title><script src="/otel.js"></script><script>
otelReplay.init({ endpoint: '/otlp', serviceName: 'shop', captureNetwork: {
  headers: ['X-Request', 'Authorization', 'content-type'], bodies: ['/shown', /graphql$/] } });
window.run = async () => {
  const headers = { 'x-request': 'r7', authorization: 'Bearer secretLEAK1', 'x-other': 'unlistedLEAK1' };
  const body = JSON.stringify({ item: 'kettle', password: 'bodyLEAK1', mail: 'body-leak@example.com' });
  await fetch('/shown?n=1', { method: 'POST', headers, body });
  await fetch('/hidden', { method: 'POST', headers, body: 'hiddenLEAK1' });
  await fetch('/shown?n=2', { method: 'POST', body: 'x'.repeat(9000) });
  await fetch('/graphql', { method: 'POST', body: JSON.stringify({ query: 'mutation AddItem { add }' }) });
  await otelReplay.flush();
};
window.sockets = () => new Promise((done) => {
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket');
  socket.onmessage = () => socket.send('four');
  socket.onclose = () => {
    const source = new EventSource('/ticks.events');
    source.onmessage = ({ data }) => { source.close(); done(data); };
  };
});</script>"""  # noqa: E501


@pytest.fixture(scope="module")
def reported(browser: Browser) -> Iterator[tuple[Shop, Page]]:
    context = browser.new_context()
    with shop({"/": REPORTED}, files={"/ticks.events": b"data: tick\n\n"}) as world:
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the recording", world.chunks)
        yield world, page
        context.close()


def span_of(world: Shop, end: str) -> Mapping[str, Any]:
    (found,) = wait_for(
        f"the span of {end}",
        lambda: [s.attributes for s in world.spans() if s.attributes["url.full"].endswith(end)],
    )
    return found


def test_headers_and_bodies_are_reported_as_far_as_they_are_listed(
    reported: tuple[Shop, Page],
) -> None:
    world, page = reported
    page.evaluate("() => run()")
    shown = span_of(world, "/shown?n=1")
    assert shown["http.request.header.x-request"] == "r7"
    assert shown["http.request.header.authorization"] == "******"
    assert shown["http.response.header.content-type"] == "application/json"
    assert '"item":"kettle"' in shown["http.request.body.content"]
    assert shown["http.response.body.content"] == '{"ok": true}'
    hidden = span_of(world, "/hidden")
    assert not [name for name in hidden if "body.content" in name]
    long = span_of(world, "/shown?n=2")
    assert len(long["http.request.body.content"]) <= 4096
    assert long["http.request.body.size"] == 9000
    operation = span_of(world, "/graphql")
    assert operation["graphql.operation.name"] == "AddItem"
    assert operation["graphql.operation.type"] == "mutation"
    sent = world.left_the_browser()
    leaks = ["secretLEAK1", "unlistedLEAK1", "bodyLEAK1", "body-leak@", "hiddenLEAK1"]
    assert [text for text in leaks if text in sent] == []


def test_sockets_and_event_streams_are_spans_with_what_went_through_them(
    reported: tuple[Shop, Page],
) -> None:
    world, page = reported
    assert page.evaluate("() => sockets()") == "tick"
    page.evaluate("() => otelReplay.flush()")
    socket = span_of(world, "/socket")
    assert socket["http.response.body.size"] == len("hello")
    assert socket["http.request.body.size"] == len("four")
    assert "error.type" not in socket
    assert span_of(world, "/ticks.events")["http.response.body.size"] == len("tick")

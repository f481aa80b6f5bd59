"""Our browser SDK on pages that run OpenTelemetry JS: 2.x, 3.x, and its browser SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.support.npm import IMPORT_MAP, bundle, sdk_modules
from tests.support.process import Up, wait_for
from tests.support.site import site

pytestmark = pytest.mark.e2e

# `first` starts before the other, so that its wrapper of fetch is the inner one.
PAGE = f"""<!doctype html><title>Shop</title>{IMPORT_MAP}<script src="/BUNDLE.js"></script>
<script type="module">
import {{ flush, getSessionId, init }} from 'otel-replay';
import {{ sessionLogProcessor, sessionSpanProcessor }} from 'otel-replay/opentelemetry';
const query = new URLSearchParams(location.search);
const endpoint = query.get('to');
let otel;
const steps = {{
  otel: () => (otel = startOpenTelemetry({{
    endpoint, spanProcessors: [sessionSpanProcessor()], logProcessors: [sessionLogProcessor()],
  }})),
  replay: () => init({{ endpoint, serviceName: 'shop-web' }}),
}};
query.get('order').split(',').forEach((name) => steps[name]());
const viaXhr = (url) => new Promise((done) => {{
  const xhr = new XMLHttpRequest();
  xhr.onloadend = done;
  xhr.open('GET', url);
  xhr.send();
}});
window.act = async () => {{
  otel.tracer.startSpan('checkout').end();
  otel.logger.emit({{ eventName: 'cart.added', body: 'one kettle' }});
  await fetch('/stock?by=fetch');
  await viaXhr('/stock?by=xhr');
  await flush();
  await otel.flush();
  return getSessionId();
}};
</script><h1>Kettles</h1>"""
BROWSER_SDK = f"""<!doctype html><title>Shop</title>{IMPORT_MAP}<script src="/browser-sdk.js"></script>
<script type="module">
import {{ flush, getSessionId, init }} from 'otel-replay';
import {{ sessionProvider }} from 'otel-replay/opentelemetry';
const {{ startBrowserSdk, session, trace, logs, FetchInstrumentation }} = browserSdk;
const query = new URLSearchParams(location.search);
const endpoint = query.get('to');
// Theirs: sessions of the browser SDK that ours records under; ours: the other way round.
const theirs = query.get('sessions') === 'theirs' && session.createSessionManager({{
  sessionIdGenerator: session.createDefaultSessionIdGenerator(),
  sessionStore: session.createLocalStorageSessionStore(),
}});
if (theirs) await theirs.start();
const provider = theirs || sessionProvider;
const sdk = startBrowserSdk({{
  serviceName: 'shop-otel', exportConfig: {{ url: endpoint }},
  traces: {{ processors: [session.createSessionSpanProcessor(provider)], exportConfig: {{}} }},
  logs: {{ processors: [session.createSessionLogRecordProcessor(provider)], exportConfig: {{}} }},
}});
init({{ endpoint, serviceName: 'shop-web', captureEvents: false, ...(theirs && {{ sessionProvider: theirs }}) }});
new FetchInstrumentation().enable();
window.act = async () => {{
  trace.getTracer('page').startSpan('checkout').end();
  logs.getLogger('page').emit({{ eventName: 'cart.added', body: 'one kettle' }});
  await fetch('/stock?by=fetch');
  await flush();
  await sdk.shutdown();
  return theirs ? [theirs.getSessionId(), getSessionId()] : [getSessionId(), getSessionId()];
}};
</script><h1>Kettles</h1>"""  # noqa: E501


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Origin of the shop, a page per bundle."""
    names = ("otel2", "otel3")
    pages = {f"/{name}": PAGE.replace("BUNDLE", name) for name in names}
    pages |= {f"/{name}.js": bundle(name) for name in (*names, "browser-sdk")}
    pages |= {"/browser-sdk": BROWSER_SDK, "/stock": "{}"}
    with site(pages | sdk_modules()) as origin:
        yield origin


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def visit(page: Page, url: str) -> tuple[Any, dict[str, dict[str, str]]]:
    """What the page's act() gave, and the headers of its requests by address."""
    requests: list[Request] = []
    page.goto(url)
    page.wait_for_function("() => window.act")
    page.on("request", lambda request: requests.append(request))
    given = page.evaluate("() => act()")
    return given, {one.url.rpartition("/")[2]: one.all_headers() for one in requests}


def traces(up: Up, session_id: str, number: int) -> list[dict[str, Any]]:
    """All spans of the session, once there are so many."""
    statement = (
        "SELECT TraceId, SpanId, SpanName, SpanKind, ServiceName, SpanAttributes, ScopeName"
        f" FROM otel_traces WHERE SessionId = '{session_id}'"
    )
    wait_for(f"{number} spans", lambda: len(up.sql(statement)) >= number)
    return up.sql(statement)


def has_recording(up: Up, session_id: str) -> bool:
    (row,) = up.sql(f"SELECT count() AS n FROM replay_chunks WHERE SessionId = '{session_id}'")
    return int(row["n"]) > 0


def check_request(headers: dict[str, str], spans: list[dict[str, Any]], session_id: str) -> str:
    """One context, one span and the session; returns the service that made the span."""
    _version, trace_id, span_id, _flags = headers["traceparent"].split("-")
    assert headers["baggage"] == f"session.id={session_id}"
    (span,) = [span for span in spans if span["TraceId"] == trace_id]
    assert (span["SpanId"], span["SpanKind"]) == (span_id, "Client")
    return str(span["ServiceName"])


@pytest.mark.parametrize("order", ["otel,replay", "replay,otel"])
@pytest.mark.parametrize("line", ["otel2", "otel3"])
def test_spans_and_logs_of_the_page_have_the_session_and_a_request_has_one_span(
    up: Up, shop: str, page: Page, line: str, order: str
) -> None:
    url = f"{shop}/{line}?to={up.addresses['otlp_http']}&order={order}"
    session_id, sent = visit(page, url)
    spans = traces(up, session_id, 3)
    checkout = [span for span in spans if span["SpanName"] == "checkout"]
    assert [span["ServiceName"] for span in checkout] == [f"shop-{line}"]
    fetched = check_request(sent["stock?by=fetch"], spans, session_id)
    assert fetched == f"shop-{line}", "the page's own instrumentation traces what it can"
    by_xhr = check_request(sent["stock?by=xhr"], spans, session_id)
    assert by_xhr == {"otel2": "shop-otel2", "otel3": "shop-web"}[line]
    assert len([span for span in spans if span["SpanKind"] == "Client"]) == 2
    logged = f"SELECT ServiceName, Body FROM otel_logs WHERE SessionId = '{session_id}'"
    logs = wait_for("the log", lambda: up.sql(f"{logged} AND EventName = 'cart.added'"))
    assert logs == [{"ServiceName": f"shop-{line}", "Body": "one kettle"}]
    wait_for("its chunks", lambda: has_recording(up, session_id))
    # The session has both in the API: its recording, and the traces of the page's own tracer.
    wait_for("the recording", lambda: up.get(f"/api/v1/sessions/{session_id}/manifest")["tabs"])
    found = up.get(f"/api/v1/sessions/{session_id}/traces")["traces"]
    assert checkout[0]["TraceId"] in {one["trace_id"] for one in found}


@pytest.mark.parametrize("sessions", ["theirs", "ours"])
def test_the_browser_sdk_and_ours_share_a_session_whoever_makes_it(
    up: Up, shop: str, page: Page, sessions: str
) -> None:
    url = f"{shop}/browser-sdk?to={up.addresses['otlp_http']}&sessions={sessions}"
    (session_id, recorded), sent = visit(page, url)
    assert recorded == session_id
    spans = traces(up, session_id, 2)
    assert {span["ServiceName"] for span in spans} == {"shop-otel"}
    assert sorted(span["SpanName"] for span in spans) == ["GET", "checkout"]
    assert sent["stock?by=fetch"]["traceparent"].split("-")[2] in {s["SpanId"] for s in spans}
    logged = f"SELECT EventName FROM otel_logs WHERE SessionId = '{session_id}'"
    wait_for("both logs", lambda: len(up.sql(logged)) >= 2)
    events = up.sql(logged)
    # Exporter only: the screen, and what the page's OpenTelemetry reports.
    assert {row["EventName"] for row in events} == {"cart.added", "session.start"}
    wait_for("its chunks", lambda: has_recording(up, session_id))

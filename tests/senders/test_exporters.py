"""OpenTelemetry's own exporters, Python and JavaScript: the same rows, whoever sent them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.common import http as json_http
from opentelemetry.exporter.otlp.json.http import _log_exporter as json_logs
from opentelemetry.exporter.otlp.json.http import metric_exporter as json_metrics
from opentelemetry.exporter.otlp.json.http import trace_exporter as json_traces
from opentelemetry.exporter.otlp.proto import http as proto_http
from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as grpc_logs
from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as grpc_metrics
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc_traces
from opentelemetry.exporter.otlp.proto.http import _log_exporter as proto_logs
from opentelemetry.exporter.otlp.proto.http import metric_exporter as proto_metrics
from opentelemetry.exporter.otlp.proto.http import trace_exporter as proto_traces
from playwright.sync_api import Browser

from tests.senders import rows, telemetry
from tests.support.process import PATIENCE_S, Up, wait_for
from tests.support.site import site

PYTHON: dict[str, tuple[Any, Any, Any]] = {
    "grpc": (grpc_traces, grpc_logs, grpc_metrics),
    "proto": (proto_traces, proto_logs, proto_metrics),
    "json": (json_traces, json_logs, json_metrics),
}


def options(up: Up, kind: str, signal: str, *, compress: bool) -> dict[str, Any]:
    if kind == "grpc":
        compression = grpc.Compression.Gzip if compress else None
        address = up.addresses["otlp_grpc"]
        return {
            "endpoint": address,
            "insecure": True,
            "compression": compression,
            "timeout": PATIENCE_S,
        }
    # Each has an enumeration of its own.
    known: Any = (json_http if kind == "json" else proto_http).Compression
    return {
        "endpoint": f"{up.addresses['otlp_http']}/v1/{signal}",
        "compression": known("gzip" if compress else "none"),
        # Sent again after 10 s, as is usual, all would be stored twice.
        "timeout": PATIENCE_S,
    }


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", PYTHON)
def test_the_exporters_of_python(up: Up, kind: str, compress: bool) -> None:
    service = f"python-{kind}-{compress}"
    traces, logs, metrics = PYTHON[kind]

    def exporter(make: Callable[..., Any], signal: str) -> Any:
        return make(**options(up, kind, signal, compress=compress))

    telemetry.send_traces(exporter(traces.OTLPSpanExporter, "traces"), service)
    telemetry.send_logs(exporter(logs.OTLPLogExporter, "logs"), service)
    telemetry.send_metrics(exporter(metrics.OTLPMetricExporter, "metrics"), service)
    rows.expect(rows.traces, up, service, rows.TRACES)
    rows.expect(rows.logs, up, service, rows.LOGS)
    rows.expect(rows.metrics, up, service, rows.METRICS)


@pytest.mark.parametrize("line", [2, 3])
@pytest.mark.parametrize(("kind", "compression"), [("http", "gzip"), ("proto", "none")])
def test_the_http_exporters_of_node(
    up: Up, js: Path, line: int, kind: str, compression: str
) -> None:
    service = f"node-{line}-{kind}-{compression}"
    send(js, str(line), kind, up.addresses["otlp_http"], service, compression)
    rows.expect(rows.traces, up, service, rows.TRACES)
    rows.expect(rows.logs, up, service, rows.LOGS)
    rows.expect(rows.metrics, up, service, rows.METRICS)


@pytest.mark.parametrize("line", [2, 3])
def test_the_grpc_exporters_of_node(up: Up, js: Path, line: int) -> None:
    service = f"node-{line}-grpc"
    send(js, str(line), "grpc", f"http://{up.addresses['otlp_grpc']}", service, "gzip")
    rows.expect(rows.traces, up, service, rows.TRACES)


def send(js: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["node", "send.mjs", *arguments], cwd=js, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.e2e
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer a-key"}])
def test_the_json_exporter_in_a_browser_passes_the_preflight(
    up: Up, js: Path, browser: Browser, headers: dict[str, str]
) -> None:
    service = f"browser-{len(headers)}"
    script = (js / "dist" / "exporter.js").read_text(encoding="utf-8")
    context = browser.new_context()
    with site({"/": "<script src='/exporter.js'></script>", "/exporter.js": script}) as origin:
        page = context.new_page()
        page.goto(origin)
        with page.expect_response("**/v1/traces") as answer:
            arguments = [up.addresses["otlp_http"], service, headers]
            page.evaluate(
                "([url, service, headers]) => window.send(url, service, headers)", arguments
            )
        assert answer.value.status == 200
    context.close()
    (row,) = wait_for("the span", lambda: rows.traces(up, service))
    assert (row["SpanName"], row["SpanAttributes"]) == ("in the browser", {"half": "0.5"})

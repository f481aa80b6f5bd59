"""What the benchmarks send: requests like those of ordinary services and browsers."""

from __future__ import annotations

import gzip
import json
import random
import time
from typing import Any

from tests.support.otlp import chunk_record, logs_request, metrics_request, traces_request

_random = random.Random(7)
RESOURCE = {
    "service.name": "checkout",
    "service.version": "1.4.2",
    "deployment.environment.name": "production",
    "host.name": "node-17",
    "telemetry.sdk.language": "python",
}


def traces(count: int) -> bytes:
    """A request of `count` server spans with eight attributes; each tenth has an event."""
    return bytes(traces_request([_span(i) for i in range(count)], RESOURCE).SerializeToString())


def _span(i: int) -> dict[str, Any]:
    start = time.time_ns() + i * 1000
    span: dict[str, Any] = {
        "trace_id": _random.randbytes(16),
        "span_id": _random.randbytes(8),
        "parent_span_id": _random.randbytes(8),
        "name": f"GET /products/{i % 20}",
        "kind": 2,
        "start_time_unix_nano": start,
        "end_time_unix_nano": start + 50_000,
        "attributes": {
            "http.request.method": "GET",
            "url.path": f"/products/{i}",
            "url.scheme": "https",
            "server.address": "shop.example.com",
            "server.port": 443,
            "http.response.status_code": 200,
            "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0",
            "thread.id": i,
        },
    }
    if i % 10 == 0:
        span["events"] = [{"name": "cache.miss", "time_unix_nano": start, "attributes": {"k": i}}]
    return span


def logs(count: int) -> bytes:
    """A request of `count` records with a body and five attributes."""
    return bytes(logs_request([_record(i) for i in range(count)], RESOURCE).SerializeToString())


def _record(i: int) -> dict[str, Any]:
    now = time.time_ns() + i * 1000
    return {
        "time_unix_nano": now,
        "observed_time_unix_nano": now,
        "severity_number": 9,
        "severity_text": "INFO",
        "trace_id": _random.randbytes(16),
        "span_id": _random.randbytes(8),
        "body": f"order {i} of customer {i % 997} was placed and will be shipped tomorrow",
        "attributes": {
            "code.file.path": "/app/shop/orders.py",
            "code.line.number": i % 400,
            "code.function.name": "place_order",
            "order.id": i,
            "order.express": i % 3 == 0,
        },
    }


def metrics(count: int) -> bytes:
    """A request of `count` points: half in sums, 3 in 10 in gauges, the rest in histograms."""
    sums, gauges = count // 2, count * 3 // 10
    return bytes(
        metrics_request(
            [
                *_metrics("sum", "http.server.request.count", sums),
                *_metrics("gauge", "process.memory.usage", gauges),
                *_metrics("histogram", "http.server.request.duration", count - sums - gauges),
            ],
            RESOURCE,
        ).SerializeToString()
    )


def _metrics(kind: str, name: str, count: int) -> list[dict[str, Any]]:
    """Metrics of up to ten points each."""
    return [
        {
            "name": f"{name}.{first // 10}",
            "description": "As an ordinary service counts it",
            "unit": "1",
            kind: {
                "data_points": [_POINTS[kind](i) for i in range(first, min(first + 10, count))],
                **({} if kind == "gauge" else {"aggregation_temporality": 2}),
            },
        }
        for first in range(0, count, 10)
    ]


def _number_point(i: int) -> dict[str, Any]:
    return {**_point(i), "as_int": i * 17}


def _histogram_point(i: int) -> dict[str, Any]:
    return {
        **_point(i),
        "count": 40,
        "sum": 12.5 * i,
        "bucket_counts": [1, 2, 4, 8, 10, 8, 4, 2, 1],
        "explicit_bounds": [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    }


_POINTS = {"sum": _number_point, "gauge": _number_point, "histogram": _histogram_point}


def _point(i: int) -> dict[str, Any]:
    now = time.time_ns()
    return {
        "start_time_unix_nano": now - 60_000_000_000,
        "time_unix_nano": now,
        "attributes": {
            "http.request.method": "GET",
            "http.route": f"/products/{i % 20}",
            "http.response.status_code": 200,
            "server.port": 443,
        },
    }


def chunk(session_id: str, tab: str, seq: int) -> bytes:
    """A request with one replay chunk of about 16 KB, compressed, as browsers send it."""
    now = int(time.time() * 1000)
    payload = _random.randbytes(8100).hex()
    events = [{"type": 3, "timestamp": now, "data": {"source": 0, "text": payload}}]
    record = chunk_record(seq, events, id=session_id, replay__tab=tab)
    record["body"] = gzip.compress(json.dumps(events).encode(), 1)
    record["body"] += b"\0" * max(0, 16 * 1024 - len(record["body"]))
    request = logs_request([record], {"service.name": "web"}, "otel_replay.recorder")
    return bytes(request.SerializeToString())

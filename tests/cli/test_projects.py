"""Projects and their keys, from the configuration file to the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import clickhouse_connect
import grpc
import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from tests.support.otlp import chunk_record, logs_request, span, traces_request
from tests.support.process import Up, wait_for

SHOP_KEY, BILLING_KEY = "shop-3f9c2a7be1", "billing-91d07c55aa"
CONFIGURATION = f"""
ingest_keys = ["{SHOP_KEY}"]

[[projects.billing.keys]]
key = "{BILLING_KEY}"
name = "billing web"
bytes_per_day = 3000
"""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("projects")
    file = folder / "settings.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    with Up(folder / "data", "--config", str(file)) as running:
        yield running


def post(up: Up, path: str, body: bytes, key: str = "") -> requests.Response:
    headers = {"Content-Type": "application/x-protobuf"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return requests.post(up.addresses["otlp_http"] + path, body, headers=headers, timeout=60)


def _exporter(channel: grpc.Channel) -> Any:
    stub: Any = TraceServiceStub
    return stub(channel)


def recording(session: str) -> bytes:
    record = chunk_record(0, id=session)
    request = logs_request([record], scope_name="otel_replay.recorder")
    return bytes(request.SerializeToString())


def test_without_a_key_nothing_is_taken(up: Up) -> None:
    response = post(up, "/v1/traces", traces_request([span()]).SerializeToString())
    assert response.status_code == 401
    with grpc.insecure_channel(up.addresses["otlp_grpc"]) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            _exporter(channel).Export(traces_request([span()]), timeout=60)
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_key_leads_to_its_project_over_both_transports(up: Up) -> None:
    for key, name in ((SHOP_KEY, "of the shop"), (BILLING_KEY, "of billing")):
        assert post(up, "/v1/traces", _trace(f"http {name}"), key).status_code == 200
        with grpc.insecure_channel(up.addresses["otlp_grpc"]) as channel:
            request = traces_request([span(name=f"grpc {name}")])
            metadata = (("authorization", f"Bearer {key}"),)
            _exporter(channel).Export(request, metadata=metadata, timeout=60)
    for database, name in (("otel", "of the shop"), ("billing", "of billing")):
        expected = [f"grpc {name}", f"http {name}"]
        assert span_names(up, database, len(expected)) == expected
        client = clickhouse_connect.get_client(dsn=f"{up.addresses['sql']}/{database}")
        result = client.query("SELECT SpanName FROM otel_traces ORDER BY SpanName")
        assert [row[0] for row in result.result_rows] == expected


def span_names(up: Up, database: str, number: int) -> list[str]:
    """Of all spans, once there are so many: what is acknowledged on a slow machine may wait on the
    disk at first."""
    statement = f"SELECT SpanName FROM {database}.otel_traces ORDER BY SpanName"
    wait_for(f"{number} spans", lambda: len(up.sql(statement)) >= number)
    return [row["SpanName"] for row in up.sql(statement)]


def _trace(name: str) -> bytes:
    return bytes(traces_request([span(name=name)]).SerializeToString())


def test_each_project_shows_its_own_sessions(up: Up) -> None:
    shop, billing = "5" * 32, "b" * 32
    assert post(up, "/v1/logs", recording(shop), SHOP_KEY).status_code == 200
    assert post(up, "/v1/logs", recording(billing), BILLING_KEY).status_code == 200

    def listed(base: str) -> list[str]:
        return [session["id"] for session in up.get(f"{base}/api/v1/sessions")["sessions"]]

    wait_for("the shop's session", lambda: listed("") == [shop])
    wait_for("billing's session", lambda: listed("/projects/billing") == [billing])
    replay = requests.get(
        f"{up.addresses['ui']}/projects/billing/api/v1/sessions/{billing}/replay", timeout=60
    )
    assert replay.status_code == 200
    assert replay.text
    assert (up.data / "blobs" / "billing" / "packs").is_dir()


def test_a_daily_budget_outlives_a_restart(up: Up) -> None:
    while post(up, "/v1/traces", _trace("x" * 200), BILLING_KEY).status_code == 200:
        pass
    assert up.terminate() == 0
    up.start()
    response = post(up, "/v1/traces", _trace("x" * 200), BILLING_KEY)
    assert response.status_code == 429
    assert "billing web" in response.text
    assert int(response.headers["Retry-After"]) > 0
    assert post(up, "/v1/traces", _trace("x" * 200), SHOP_KEY).status_code == 200

"""otel-replay's own traces and logs: what they tell, and that they do not tell of themselves."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from opentelemetry import trace

from otel_replay import self_telemetry, semconv
from otel_replay.sampling import AtMost
from otel_replay.self_telemetry import request_span, span, start, storage_span
from tests.demo.collector import Collector, collecting
from tests.support.otlp import span as otlp_span
from tests.support.otlp import traces_request
from tests.support.process import Up, wait_for

EXPORT_EVERY_S = 0.1
QUIET_S = 1.0
"""Ten exports."""
OTHERS = b"a request of somebody else"

storage_log = logging.getLogger("otel_replay_exporters.commit")
worker_log = logging.getLogger("otel_replay.sessions.worker")


class Receiver(Collector):
    """Does what a receiver does with each request it gets, telemetry included."""

    def take(self, path: str, body: bytes) -> None:
        answer(body)
        if body != OTHERS:
            super().take(path, body)


def answer(body: bytes) -> None:
    with request_span("export", body), storage_span("commit"):
        storage_log.warning("stored %d bytes", len(body))


@contextmanager
def told() -> Iterator[Collector]:
    """Self-telemetry that goes to a collector elsewhere."""
    with collecting() as collector:
        running = start(collector.endpoint, "1.2.3", export_every_s=EXPORT_EVERY_S)
        try:
            yield collector
        finally:
            running.stop()


def names(collector: Collector) -> list[str]:
    return sorted(sent.record.name for sent in collector.spans)


def test_it_is_off_until_it_is_started() -> None:
    assert span("round") is span("other") is storage_span("commit") is trace.INVALID_SPAN
    with request_span("export", OTHERS) as found:
        assert not found.is_recording()


def test_requests_storage_and_rounds_are_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "otel_replay"), told() as collector:
        answer(OTHERS)
        with span("sessions", {semconv.SESSIONS: 3}):
            worker_log.info("three sessions")
        collector.wait_for(lambda c: len(c.spans) == 3 and len(c.logs) == 2)
    assert names(collector) == ["commit", "export", "sessions"]
    assert {sent.service for sent in collector.spans} == {"otel-replay"}
    by_body = {sent.record.body.string_value: sent.record for sent in collector.logs}
    assert set(by_body) == {f"stored {len(OTHERS)} bytes", "three sessions"}
    rounds = next(s.record for s in collector.spans if s.record.name == "sessions")
    assert by_body["three sessions"].trace_id == rounds.trace_id
    assert by_body["three sessions"].severity_text == "INFO"


def test_an_exception_in_the_log_is_told_with_its_stack() -> None:
    with told() as collector:
        try:
            raise ValueError("no such thing")
        except ValueError:
            worker_log.exception("sessions could not be computed")
        collector.wait_for(lambda c: bool(c.logs))
    found = {pair.key: pair.value.string_value for pair in collector.logs[0].record.attributes}
    assert found["exception.type"] == "ValueError"
    assert found["exception.message"] == "no such thing"
    assert "test_self_telemetry.py" in found["exception.stacktrace"]


def test_nothing_is_told_of_its_own_export(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.demo.collector.Collector", Receiver)
    with told() as receiver:
        receiver.take("/v1/traces", OTHERS)
        receiver.wait_for(lambda c: len(c.spans) == 2 and len(c.logs) == 1)
        with receiver.changed:
            grew = receiver.changed.wait_for(
                lambda: len(receiver.spans) > 2 or len(receiver.logs) > 1, QUIET_S
            )
    assert not grew, receiver.summary()


def test_a_receiver_that_is_its_own_endpoint_falls_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY"):
        monkeypatch.setenv(name, str(int(EXPORT_EVERY_S * 1000)))
    listen = f"127.0.0.1:{_free_port()}"
    flags = ("--otlp-http", listen, "--self-telemetry", f"http://{listen}")
    with Up(tmp_path, *flags) as up:

        def told() -> dict[str, int]:
            rows = up.sql(
                "SELECT SpanName, count() AS n FROM otel_traces WHERE ServiceName = 'otel-replay'"
                " GROUP BY SpanName"
            )
            return {row["SpanName"]: int(row["n"]) for row in rows}

        data = traces_request([otlp_span()]).SerializeToString()
        headers = {"Content-Type": "application/x-protobuf"}
        for _ in range(2):
            url = f"http://{listen}/v1/traces"
            response = requests.post(url, data, headers=headers, timeout=60)
            assert response.status_code == 200
        wait_for("its spans", lambda: told().get("export traces") == 2)
        before = told()
        assert before.get("commit traces", 0) >= 1
        deadline = time.monotonic() + QUIET_S
        wait_for("silence", lambda: time.monotonic() > deadline or told() != before)
        assert told() == before


def test_what_is_left_is_told_at_the_end_and_nothing_after_it() -> None:
    with collecting() as collector:
        running = start(collector.endpoint, "1.2.3", export_every_s=3600)
        answer(OTHERS)
        running.stop()
        assert names(collector) == ["commit", "export"]
        answer(OTHERS)
        running.stop()
        assert len(collector.spans) == 2
        assert not self_telemetry.span("round").__enter__().is_recording()


def test_an_endpoint_that_is_away_holds_up_nothing() -> None:
    running = start("http://127.0.0.1:9", "1.2.3", export_every_s=EXPORT_EVERY_S)
    answer(OTHERS)
    running.stop()


def test_busy_times_are_sampled() -> None:
    now = 0.0
    sampler = AtMost(2, lambda: now)

    def taken(name: str) -> bool:
        decision: Any = sampler.should_sample(None, 1, name).decision
        return bool(decision.is_sampled())

    assert [taken("export") for _ in range(4)] == [True, True, False, False]
    assert taken("commit")
    now = 1.0
    assert taken("export")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port

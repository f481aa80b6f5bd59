"""kill -9 of ``otel-replay up`` in the middle of traffic: what was acknowledged is there."""

from __future__ import annotations

import random
import secrets
import threading
from functools import partial
from pathlib import Path

import requests

from tests.support.otlp import chunk_record, logs_request, span, traces_request
from tests.support.process import Up, wait_for

PROTOBUF = {"Content-Type": "application/x-protobuf"}


class Sender(threading.Thread):
    """A browser tab and a service that send until the receiver is gone."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.tab = secrets.token_hex(8)
        self.session = secrets.token_hex(16)
        self.chunks: list[int] = []
        self.spans: list[str] = []

    def run(self) -> None:
        with requests.Session() as http:
            for seq in range(100_000):
                if not (self._send_chunk(http, seq) and self._send_span(http)):
                    return

    def _send_chunk(self, http: requests.Session, seq: int) -> bool:
        overrides = {"id": self.session, "replay__tab": self.tab}
        record = chunk_record(seq, None, **overrides)
        request = logs_request([record], scope_name="otel_replay.recorder")
        stored = self._post(http, "/v1/logs", request.SerializeToString())
        if stored:
            self.chunks.append(seq)
        return stored

    def _send_span(self, http: requests.Session) -> bool:
        span_id = secrets.token_hex(8)
        request = traces_request([span(span_id=bytes.fromhex(span_id))])
        stored = self._post(http, "/v1/traces", request.SerializeToString())
        if stored:
            self.spans.append(span_id)
        return stored

    def _post(self, http: requests.Session, path: str, body: bytes) -> bool:
        try:
            return (
                http.post(self._url + path, body, headers=PROTOBUF, timeout=20).status_code == 200
            )
        except requests.RequestException:
            return False


def sent_enough(senders: list[Sender], spans: int) -> bool:
    return sum(len(sender.spans) for sender in senders) >= spans


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", "--commit-delay-ms", "10")
    senders: list[Sender] = []
    with up:
        for _round in range(3):
            senders += (current := [Sender(up.addresses["otlp_http"]) for _ in range(4)])
            for sender in current:
                sender.start()
            wait_for("traffic", partial(sent_enough, current, random.randint(5, 30)), 60)
            up.kill()
            for sender in current:
                sender.join(30)
            up.start()
        spans = {row["SpanId"] for row in up.sql("SELECT SpanId FROM otel_traces")}
        rows = up.sql("SELECT Tab, Seq FROM replay_chunks FINAL ORDER BY Tab, Seq")
        for sender in senders:
            assert sender.chunks
            assert set(sender.spans) <= spans
            stored = [row["Seq"] for row in rows if row["Tab"] == sender.tab]
            assert stored == list(range(len(stored)))
            assert set(sender.chunks) <= set(stored)
            # Index before bytes would list what cannot be played: every row must have its bytes.
            replay = requests.get(
                f"{up.addresses['ui']}/api/v1/sessions/{sender.session}/replay", timeout=30
            )
            assert replay.status_code == 200
            assert len(replay.text.splitlines()) == len(stored)
            assert "otel_replay.damaged" not in replay.text
        assert up.terminate() == 0

"""Senders of everything, who remember what was acknowledged; and the count afterwards."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from tests.support.otlp import attributes, chunk_record, logs_request, span, traces_request

PROTOBUF = {"Content-Type": "application/x-protobuf"}
_PAUSE_S = 0.05

Query = Callable[[str], list[dict[str, Any]]]


class Sender(threading.Thread):
    """Sends spans, log records and metric points, each once, and chunks until they are taken.

    A service and a browser tab in one; runs until `stop`, whatever the receiver does.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._stopping = threading.Event()
        self.session = secrets.token_hex(16)
        self.tab = secrets.token_hex(8)
        self.sent: dict[str, list[str]] = {"spans": [], "logs": [], "points": []}
        self.acknowledged: dict[str, list[str]] = {"spans": [], "logs": [], "points": []}
        self.chunks: list[int] = []
        self.answers: Counter[int] = Counter()
        self.unhelpful: list[str] = []
        """Refusals that do not say when to try again."""

    def stop(self) -> None:
        """Ends it after the request under way."""
        self._stopping.set()

    def run(self) -> None:
        with requests.Session() as http:
            for _round in itertools.count():
                for kind, send in (
                    ("spans", self._span),
                    ("logs", self._log),
                    ("points", self._point),
                ):
                    name = secrets.token_hex(8)
                    self.sent[kind].append(name)
                    if send(http, name):
                        self.acknowledged[kind].append(name)
                    if self._stopping.is_set():
                        return
                if self._chunk(http, len(self.chunks)):
                    self.chunks.append(len(self.chunks))

    def _span(self, http: requests.Session, name: str) -> bool:
        return self._post(http, "traces", traces_request([span(span_id=bytes.fromhex(name))]))

    def _log(self, http: requests.Session, name: str) -> bool:
        record = {"time_unix_nano": time.time_ns(), "body": name}
        return self._post(http, "logs", logs_request([record]))

    def _point(self, http: requests.Session, name: str) -> bool:
        request = ExportMetricsServiceRequest()
        metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="load")
        metric.gauge.data_points.add(
            time_unix_nano=time.time_ns(), as_int=1, attributes=attributes({"name": name})
        )
        return self._post(http, "metrics", request)

    def _chunk(self, http: requests.Session, seq: int) -> bool:
        overrides = {"id": self.session, "replay__tab": self.tab, "replay__checkpoint": seq == 0}
        record = chunk_record(seq, None, **overrides)
        request = logs_request([record], scope_name="otel_replay.recorder")
        return self._post(http, "logs", request)

    def _post(self, http: requests.Session, signal: str, message: Any) -> bool:
        try:
            response = http.post(
                f"{self._url()}/v1/{signal}",
                message.SerializeToString(),
                headers=PROTOBUF,
                timeout=40,
            )
        except (requests.RequestException, KeyError):
            # Nobody is there; a sender backs off.
            self._stopping.wait(_PAUSE_S)
            return False
        self.answers[response.status_code] += 1
        if response.status_code != 200:
            if response.status_code not in (429, 503) or "Retry-After" not in response.headers:
                self.unhelpful.append(f"{response.status_code} {response.text[:300]}")
            self._stopping.wait(_PAUSE_S)
        return response.status_code == 200


@dataclass
class Load:
    """Several senders; a context manager around what happens under load."""

    url: Callable[[], str]
    number: int = 4
    senders: list[Sender] = field(default_factory=list)

    def __enter__(self) -> Load:
        self.senders = [Sender(self.url) for _ in range(self.number)]
        for sender in self.senders:
            sender.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for sender in self.senders:
            sender.stop()
        for sender in self.senders:
            sender.join(60)
            assert not sender.is_alive()

    def acknowledged(self) -> int:
        """Requests that were answered 200 so far."""
        return sum(sender.answers[200] for sender in self.senders)

    def is_mixed(self) -> bool:
        """Whether each sender had something of every kind acknowledged."""
        return all(sender.chunks and all(sender.acknowledged.values()) for sender in self.senders)

    def count(self, query: Query) -> Tally:
        """What became of all that was sent; call it when the senders have ended."""
        tally = Tally()
        for kind, statement in _STORED.items():
            stored = Counter({row["name"]: int(row["n"]) for row in query(statement)})
            acknowledged = {n for sender in self.senders for n in sender.acknowledged[kind]}
            sent = [n for sender in self.senders for n in sender.sent[kind]]
            tally.add(kind, acknowledged, (stored[name] for name in acknowledged))
            tally.doubled[kind] += sum(stored[name] > 1 for name in sent)
        self._count_chunks(query, tally)
        return tally

    def _count_chunks(self, query: Query, tally: Tally) -> None:
        rows = query("SELECT Tab, Seq FROM replay_chunks FINAL")
        stored = Counter((row["Tab"], int(row["Seq"])) for row in rows)
        chunks = [(sender.tab, seq) for sender in self.senders for seq in sender.chunks]
        tally.add("chunks", chunks, (stored[chunk] for chunk in chunks))
        tally.doubled["chunks"] += sum(stored[chunk] > 1 for chunk in chunks)


_STORED = {
    "spans": "SELECT SpanId AS name, count() AS n FROM otel_traces GROUP BY name",
    "logs": "SELECT Body AS name, count() AS n FROM otel_logs GROUP BY name",
    "points": "SELECT Attributes['name'] AS name, count() AS n FROM otel_metrics_gauge GROUP BY 1",
}


@dataclass
class Tally:
    """Items by kind: acknowledged, of these not stored, and of all that were sent stored twice."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, items: Sequence[Any] | set[str], copies: Iterable[int]) -> None:
        self.acknowledged[kind] += len(items)
        self.missing[kind] += sum(not n for n in copies)

    def check(self) -> None:
        """All that was acknowledged is there, and nothing twice."""
        assert min(self.acknowledged.values()) > 0, self
        assert sum(self.missing.values()) == 0, self
        assert sum(self.doubled.values()) == 0, self

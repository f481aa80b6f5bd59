"""Visits that end, so that they are compacted, by senders who remember what was taken."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.faults.load import Sender
from tests.support.otlp import chunk_record, logs_request

CHUNKS = 4


@dataclass
class Visit:
    """One session of one tab."""

    session: str = field(default_factory=lambda: secrets.token_hex(16))
    tab: str = field(default_factory=lambda: secrets.token_hex(8))
    chunks: int = 0
    """Acknowledged so far; their numbers begin with 0."""
    ended: bool = False
    """Its end was acknowledged too."""


class Visitor(Sender):
    """One visit after the other until `stop`; every request is sent until it is taken."""

    def __init__(self, url: Callable[[], str]) -> None:
        super().__init__(url)
        self.visits: list[Visit] = []

    def run(self) -> None:
        with requests.Session() as http:
            while not self._stopping.is_set():
                self._visit(http)

    def _visit(self, http: requests.Session) -> None:
        visit = Visit()
        self.visits.append(visit)
        while visit.chunks < CHUNKS:
            if self._stopping.is_set():
                return
            if self._send_chunk(http, visit):
                visit.chunks += 1
        while not self._stopping.is_set():
            if self._send_end(http, visit):
                visit.ended = True
                return

    def _send_chunk(self, http: requests.Session, visit: Visit) -> bool:
        now_ms = int(time.time() * 1000)
        first = visit.chunks == 0
        events: list[dict[str, Any]] = [
            {"type": 4 if first else 3, "timestamp": now_ms, "data": {"href": "http://shop/"}},
            {
                "type": 2 if first else 3,
                "timestamp": now_ms + 1,
                "data": {"source": 0, "seq": visit.chunks, "text": "word " * 200},
            },
        ]
        overrides = {"id": visit.session, "replay__tab": visit.tab}
        record = chunk_record(visit.chunks, events, **overrides)
        return self._post(http, "logs", logs_request([record], scope_name="otel_replay.recorder"))

    def _send_end(self, http: requests.Session, visit: Visit) -> bool:
        record = {
            "time_unix_nano": time.time_ns(),
            "event_name": "session.end",
            "attributes": {"session.id": visit.session},
        }
        return self._post(http, "logs", logs_request([record], scope_name="otel_replay.browser"))


@dataclass
class Visitors:
    """Several at once; a context manager around what happens meanwhile."""

    url: Callable[[], str]
    number: int = 4
    visitors: list[Visitor] = field(default_factory=list)

    def __enter__(self) -> Visitors:
        self.visitors = [Visitor(self.url) for _ in range(self.number)]
        for visitor in self.visitors:
            visitor.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for visitor in self.visitors:
            visitor.stop()
        for visitor in self.visitors:
            visitor.join(60)
            assert not visitor.is_alive()

    def taken(self) -> list[tuple[str, str, int]]:
        """Session, tab and number of every chunk that was acknowledged so far."""
        visits = [visit for visitor in self.visitors for visit in list(visitor.visits)]
        return [(v.session, v.tab, seq) for v in visits for seq in range(v.chunks)]

    def ended(self) -> list[str]:
        """Sessions whose end was acknowledged."""
        visits = [visit for visitor in self.visitors for visit in list(visitor.visits)]
        return [visit.session for visit in visits if visit.ended]

    def answers(self) -> list[int]:
        """How many chunks and ends were acknowledged so far, by visitor."""
        return [
            sum(visit.chunks + visit.ended for visit in list(visitor.visits))
            for visitor in self.visitors
        ]

    def pause(self, seconds: float) -> None:
        """Goes on after a while: moments of which nothing can be seen are hit by chance."""
        threading.Event().wait(seconds)

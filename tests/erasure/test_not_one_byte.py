"""A person's marker goes in by the front door, and after erasing not one byte of it is left.

Every file of the data folder is searched, inside of what is compressed too: ClickHouse's parts,
packs, objects of sessions, spool, scratch.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from google.protobuf.message import Message

from otel_replay.semconv import RECORDER_SCOPE
from tests.support.forensics import blocks, files_with
from tests.support.otlp import chunk_record, logs_request, span, traces_request
from tests.support.process import Up, wait_for

BROWSER_SCOPE = "otel_replay.browser"


class Person:
    """Somebody with a session, whose marker stands in everything that is sent of it."""

    def __init__(self, name: str) -> None:
        self.marker = f"{name}{uuid.uuid4().hex}"
        self.session = uuid.uuid4().hex
        self.trace = uuid.uuid4().bytes
        self.resource = {"service.name": "web", "host.name": f"host-{self.marker}"}
        self.named = {
            "session.id": self.session,
            "session.replay.tab": uuid.uuid4().hex[:16],
            "user.id": f"id-{self.marker}",
            "user.email": f"{self.marker}@example.com",
            "url.full": f"http://shop/{self.marker}",
        }

    def chunk(self, seq: int) -> dict[str, Any]:
        now_ms = int(time.time() * 1000)
        typed = {"type": 3, "timestamp": now_ms, "data": {"source": 5, "text": self.marker}}
        names = ("session.id", "session.replay.tab", "user.id")
        named = {name: self.named[name] for name in names}
        record = chunk_record(seq, [typed])
        return {**record, "attributes": {**record["attributes"], **named}}

    def logs(self) -> list[dict[str, Any]]:
        return [
            {"event_name": name, "body": body, "attributes": {**self.named, **more}}
            for name, body, more in (
                ("browser.navigation", "", {}),
                ("session.identify", "", {"user.full_name": f"Mx {self.marker}"}),
                ("browser.console", f"console {self.marker}", {}),
                ("exception", "", {"exception.type": "E", "exception.message": self.marker}),
            )
        ]

    def browser_span(self) -> dict[str, Any]:
        request = {"http.request.method": "GET", "http.response.status_code": 200}
        return span(trace_id=self.trace, kind=3, attributes={**self.named, **request})

    def backend_spans(self) -> list[dict[str, Any]]:
        attributes = {"exception.type": "ValueError", "exception.message": self.marker}
        event = {"name": "exception", "attributes": attributes}
        bound = {"db.query.text": f"SELECT '{self.marker}'"}
        ids = {"trace_id": self.trace, "span_id": os.urandom(8), "parent_span_id": b"\1" * 8}
        return [span(**ids, attributes=bound, events=[event])]

    def backend_log(self) -> dict[str, Any]:
        return {"body": f"order of {self.marker}", "trace_id": self.trace, "span_id": b"\2" * 8}

    def stored(self, up: Up) -> bool:
        listed = up.get("/api/v1/sessions")["sessions"]
        return any(
            s["id"] == self.session and s["counts"]["backend_errors"] and s["counts"]["chunks"] == 3
            for s in listed
        )

    def whole(self, up: Up) -> dict[str, Any]:
        """What can be seen of the session."""
        base = f"/api/v1/sessions/{self.session}"
        replay = requests.get(f"{up.addresses['ui']}{base}/replay", timeout=30)
        assert replay.status_code == 200
        trace = up.get(f"/api/v1/traces/{self.trace.hex()}")
        seen = {
            "counts": up.get(base)["counts"],
            "typed": replay.text.count(self.marker),
            "events": json.dumps(up.get(f"{base}/events")).count(self.marker),
            "spans": trace["span_count"],
            "logs": [log["body"] for log in trace["logs"]],
        }
        assert seen["typed"] == 3
        assert seen["spans"] == 2
        return seen


def send(up: Up, signal: str, request: Message) -> None:
    response = requests.post(
        f"{up.addresses['otlp_http']}/v1/{signal}",
        request.SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        timeout=30,
    )
    assert response.status_code == 200, response.text


def send_all(up: Up, people: list[Person]) -> None:
    """Chunks of all come in the same requests, so that they share packs."""
    for seq in range(3):
        records = [person.chunk(seq) for person in people]
        send(up, "logs", logs_request(records, scope_name=RECORDER_SCOPE))
    for person in people:
        web, shop = person.resource, {"service.name": "shop"}
        send(up, "logs", logs_request(person.logs(), web, BROWSER_SCOPE))
        send(up, "traces", traces_request([person.browser_span()], web))
        send(up, "traces", traces_request(person.backend_spans(), shop))
        send(up, "logs", logs_request([person.backend_log()], shop))


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_search_finds_what_clickhouse_has_compressed(tmp_path: Path) -> None:
    """LZ4 with matches that overlap, zstd, no compression, and codecs one after the other."""
    word = f"word{uuid.uuid4().hex}"
    script = f"""
import chdb.session as s
q = s.Session({str(tmp_path / "engine")!r}).query
q("CREATE DATABASE d")
for name, codec in (("lz4", "LZ4"), ("zstd", "ZSTD(1)"), ("none", "NONE")):
    for part in ("", ", min_bytes_for_wide_part = 0"):
        table = name + ("_wide" if part else "")
        q(f"CREATE TABLE d.{{table}} (w String CODEC({{codec}}), n UInt64 CODEC(Delta, ZSTD))"
          f" ENGINE = MergeTree ORDER BY n SETTINGS index_granularity = 8{{part}}")
        q(f"INSERT INTO d.{{table}} SELECT repeat('ab', 40) || '{word}' || toString(number % 3),"
          " number FROM numbers(1000)")
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=300, cwd=tmp_path)
    found = files_with(tmp_path, word)
    assert len([path for path in found if path.endswith(".bin")]) == 6, found
    files = [p for p in tmp_path.rglob("w.bin") if p.is_file()]
    assert len(files) == 3
    for file in files:
        assert sum(b.count(word.encode()) for b in blocks(file.read_bytes())) == 1000


@pytest.mark.timeout(900)
def test_not_one_byte_of_an_erased_person_is_left(tmp_path: Path) -> None:
    """One goes while the recording lies in packs, by the process that runs; one once it is
    compacted, while none does. The packs are shared by all."""
    loose, compacted, others = Person("gone"), Person("gone"), [Person("kept"), Person("kept")]
    data = tmp_path / "data"
    with Up(data) as up:
        everybody = [others[0], loose, compacted, others[1]]
        send_all(up, everybody)
        for person in everybody:
            wait_for("the session", partial(person.stored, up))
        before = [other.whole(up) for other in others]
        report = erase_by_command(data, loose)
        assert (report["sessions"], report["blobs_deleted"]) == (1, 0)
        assert report["packs_scrubbed"] > 0
        assert [other.whole(up) for other in others] == before
    run("tests.support.settle", str(data), "compact")
    assert any(path.parent.name == compacted.session for path in (data / "blobs").rglob("*"))
    report = erase_by_command(data, compacted)
    assert (report["sessions"], report["blobs_deleted"]) == (1, 1)
    assert report["packs_scrubbed"] > 0
    run("tests.support.settle", str(data), "merge")
    for person in (loose, compacted):
        assert files_with(data, person.marker) == []
    with Up(data) as up:
        assert [other.whole(up) for other in others] == before
        for person in (loose, compacted):
            url = f"{up.addresses['ui']}/api/v1/sessions/{person.session}"
            assert requests.get(url, timeout=30).status_code == 404
            assert files_with(data, person.marker) == []
    for other in others:
        assert len(files_with(data, other.marker)) > 5


def erase_by_command(data: Path, person: Person) -> dict[str, Any]:
    """Erases the user through the process that has the folder, or in one of its own."""
    found = files_with(data, person.marker)
    # The search is worth something only if it finds what is there.
    assert any(path.startswith("clickhouse/") for path in found)
    assert any(path.startswith("blobs/") for path in found)
    options = ["--user", person.named["user.id"], "--yes", "--json", "--data", str(data)]
    report: dict[str, Any] = json.loads(run("otel_replay", "erase", *options))
    return report

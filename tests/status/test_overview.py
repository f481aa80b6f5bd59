"""What GET /api/v1/status tells of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_replay.errors import UnavailableError
from otel_replay.instruments import Instruments
from otel_replay.status.reasons import HELP, OTHERWISE, help_for
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.usage import UsageLedger
from otel_replay.usage_writer import UsageWriter
from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from tests.support.database import temporary_database

ROOT = Path(__file__).parents[2]
INGEST = ROOT / "docs" / "reference" / "ingest.md"
NOON = 1_800_014_400.0
"""2027-01-15 12:00 UTC."""


class Project:
    """A project whose usage a test fills in."""

    def __init__(self, database: Database, blobs: FileBlobStore) -> None:
        self.now_s = NOON
        self.instruments = Instruments()
        self.problems: list[str] = []
        self._database = database
        self._ledger = UsageLedger(lambda: self.now_s)
        self._writer = UsageWriter(self._ledger, {"shop": database}, lambda: self.now_s)
        backend = Backend(
            database,
            blobs,
            lambda: self.now_s,
            project="shop",
            instruments=self.instruments,
            problems=lambda: self.problems,
        )
        self._client = create_app(blueprint(backend)).test_client()

    def sent(self, seconds_ago: float, records: int = 1, **more: Any) -> None:
        """Counts a request that was answered so long ago."""
        what: dict[str, Any] = {
            "key": "web",
            "signal": "traces",
            "outcome": "accepted",
            "requests": 1,
        } | more
        self.now_s, now_s = self.now_s - seconds_ago, self.now_s
        self._ledger.add(project="shop", records=records, **what)
        self.now_s = now_s

    def status(self) -> dict[str, Any]:
        assert self._writer.write_once()
        return self.asked()

    def asked(self) -> dict[str, Any]:
        """What the API answers, whether or not the last usage could be written."""
        response = self._client.get("/api/v1/status")
        assert response.status_code == 200
        body: dict[str, Any] = response.get_json()
        return body

    def signal(self, name: str) -> dict[str, Any]:
        (found,) = [row for row in self.status()["signals"] if row["signal"] == name]
        return dict(found)


@pytest.fixture(scope="module")
def own_database(engine_path: Path) -> Iterator[Database]:
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture
def project(own_database: Database, blobs: FileBlobStore) -> Project:
    own_database.command("TRUNCATE TABLE ingest_usage")
    return Project(own_database, blobs)


def test_a_project_that_has_nothing_yet(project: Project) -> None:
    body = project.status()
    assert [row["signal"] for row in body["signals"]] == ["traces", "logs", "metrics", "replay"]
    assert {row["last_ms"] for row in body["signals"]} == {None}
    assert (body["keys"], body["refusals"], body["problems"]) == ([], [], [])
    assert body["recordings"] == {"chunks": 0, "bytes": 0}
    assert body["retention"] == {"replay": 30, "logs": 30, "traces": 30, "metrics": 30}
    assert body["receiver"] is body["sessions"] is body["blobs"] is None


def test_when_something_last_came_in_and_how_much_of_it(project: Project) -> None:
    project.sent(60 * 60 * 24 * 3, 1000, bytes=1000)
    project.sent(90, 10, bytes=500)
    project.sent(30, 5, bytes=50)
    traces = project.signal("traces")
    assert traces["last_ms"] == (NOON - 30) * 1000
    assert (traces["requests"], traces["records"], traces["bytes"]) == (2, 15, 550)
    assert project.signal("logs")["last_ms"] is None


def test_records_of_each_minute_of_the_last_hour(project: Project) -> None:
    for minutes, records in ((0, 1), (1, 20), (1, 2), (59, 300), (60, 4000)):
        project.sent(minutes * 60, records)
    per_minute = project.signal("traces")["per_minute"]
    assert len(per_minute) == 60
    assert (per_minute[59], per_minute[58], per_minute[0]) == (1, 22, 300)
    assert sum(per_minute) == 323


def test_refusals_of_a_day_say_what_helps(project: Project) -> None:
    project.sent(60, 0, outcome="refused", reason="rate_limit")
    project.sent(50, 0, outcome="refused", reason="rate_limit", key="app")
    project.sent(40, 7, outcome="failed", reason="invalid_ids", requests=0, key="")
    project.sent(90_000, 0, outcome="failed", reason="origin")
    last, first = project.status()["refusals"]
    assert last == {
        "reason": "invalid_ids",
        "requests": 0,
        "records": 7,
        "last_ms": (NOON - 40) * 1000,
        "keys": [],
        "comes_again": False,
        "help": HELP["invalid_ids"],
    }
    assert (first["reason"], first["requests"], first["keys"]) == ("rate_limit", 2, ["app", "web"])
    assert first["comes_again"]


def test_keys_of_the_day(project: Project) -> None:
    project.sent(60, bytes=10)
    project.sent(60, bytes=500, key="app")
    project.sent(30, 0, key="app", outcome="refused", reason="daily_budget")
    assert [
        (row["key"], row["requests"], row["bytes"], row["refused"])
        for row in project.status()["keys"]
    ] == [("app", 1, 500, 1), ("web", 1, 10, 0)]


def test_what_waits_in_this_process(project: Project) -> None:
    figures = project.instruments
    figures.queue_capacity_bytes.labels("traces", "shop").set(1000)
    figures.queue_capacity_bytes.labels("traces", "billing").set(7)
    figures.queue_bytes.labels("traces", "shop").set(250)
    figures.spool_bytes.labels("shop").set(5)
    figures.memory_limit_bytes.labels("hard").set(2000)
    figures.session_round_timestamp.labels("shop").set(NOON - 5)
    body = project.status()
    receiver = body["receiver"]
    assert (receiver["queue_bytes"], receiver["queue_capacity_bytes"]) == (250, 1000)
    assert (receiver["spool_bytes"], receiver["memory_hard_limit_bytes"]) == (5, 2000)
    assert body["sessions"] == {
        "last_round_ms": (NOON - 5) * 1000,
        "lag_s": 0,
        "late": False,
    }
    project.now_s += 600
    body = project.status()
    assert body["sessions"]["late"]
    assert body["problems"] == ["sessions: none were computed for 10 minutes; the log says why"]


def test_what_is_stored(project: Project) -> None:
    project.sent(1)
    tables = {row["name"]: row for row in project.status()["tables"]}
    assert tables["ingest_usage"]["rows"] == 1
    assert tables["ingest_usage"]["bytes"] > 0


def test_what_s3_is_asked_and_what_that_costs(project: Project) -> None:
    figures = project.instruments
    for _ in range(3):
        figures.recent_blob_requests.add("PUT")
    figures.blob_dollars.labels("s3").inc(3 * 5e-6)
    figures.blob_bytes.labels("s3", "written").inc(500)
    blobs = project.status()["blobs"]
    assert blobs["requests_last_hour"] == {"PUT": 3, "GET": 0, "LIST": 0, "DELETE": 0}
    assert (blobs["written_bytes"], blobs["read_bytes"]) == (500, 0)
    # Three in the first minute.
    assert blobs["request_dollars_per_month"] == pytest.approx(3 * 5e-6 * 60 * 730)
    assert blobs["stored_dollars_per_month"] == 0


def test_storage_that_is_away_is_a_problem_on_the_page(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.status()
    project.problems.append("the session worker has stopped")

    def refuse(*_arguments: object) -> None:
        raise UnavailableError("ClickHouse at http://db:8123/shop is away")

    monkeypatch.setattr(Database, "query", refuse)
    body = project.asked()
    assert body["problems"] == [
        "the session worker has stopped",
        "storage: ClickHouse at http://db:8123/shop is away",
    ]
    assert body["signals"] is body["tables"] is body["refusals"] is None


def test_every_reason_of_the_receiver_has_a_sentence_that_helps() -> None:
    code = "".join(path.read_text() for path in (ROOT / "receivers").rglob("*.py"))
    named = set(re.findall(r"Failure\([A-Z_]+, \d+, [^()]*?, \"(\w+)\"", code))
    named |= set(re.findall(r"reason=\"(\w+)\"", code))
    named |= set(re.findall(r"(?:unavailable|_too_much)\([^()]*, \"(\w+)\"", code))
    assert len(named) > 12
    assert named <= set(HELP)
    described = re.findall(r"^\| `(\w+)` \| ", INGEST.read_text(), re.M)
    assert set(HELP) == set(described)
    assert help_for("something else") == OTHERWISE

"""``otel-replay migrate --adopt``: databases that the Collector's exporter made and filled."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.queries import statements
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.sessions import now_ms

EXPORTER = Path(__file__).parents[1] / "storage" / "exporter"
SESSIONS = 10
FOUND = """
    SELECT
        (SELECT count() FROM sessions FINAL) AS sessions,
        (SELECT count() FROM page_views) AS page_views,
        (SELECT count() FROM requests) AS requests,
        (SELECT count() FROM exceptions) AS exceptions,
        (SELECT count() FROM session_spans) AS spans
"""
ALL = {
    "sessions": SESSIONS,
    "page_views": SESSIONS,
    "requests": SESSIONS,
    "exceptions": SESSIONS,
    "spans": 2 * SESSIONS,
}


@dataclass(frozen=True)
class Stock:
    """A database as the exporter left it: a page view and a request of each session."""

    database: Database
    data: Path
    zero_ms: int

    @property
    def url(self) -> str:
        return self.database.address.url

    def migrate(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options), capture_output=True, text=True, timeout=120, check=False
        )

    def command(self, *options: str) -> list[str]:
        where = ["--clickhouse", self.url, "--data", str(self.data)]
        return [sys.executable, "-m", "otel_replay", "migrate", *where, *options]

    def tables(self) -> dict[str, Any]:
        """How the exporter's tables are, but for columns that were added."""
        rows = self.database.query(
            "SELECT name, engine, partition_key, sorting_key, primary_key, uuid"
            " FROM system.tables WHERE database = currentDatabase() AND name IN"
            " ('otel_logs', 'otel_traces', 'otel_traces_trace_id_ts',"
            " 'otel_traces_trace_id_ts_mv') ORDER BY name"
        )
        return {row["name"]: row for row in rows}

    def parts(self) -> list[dict[str, Any]]:
        """Parts of the exporter's tables: a mutation would give them other names."""
        return self.database.query(
            "SELECT table, name FROM system.parts WHERE database = currentDatabase() AND active"
            " AND table IN ('otel_logs', 'otel_traces') ORDER BY table, name"
        )

    def found(self) -> dict[str, int]:
        return self.database.query(FOUND)[0]


@pytest.fixture
def stock(
    request: pytest.FixtureRequest, clickhouse_server: ClickHouseServer, tmp_path: Path
) -> Iterator[Stock]:
    database = Database(Address.parse(clickhouse_server.url(f"test_{uuid.uuid4().hex}")))
    for statement in statements((EXPORTER / f"{request.param}.sql").read_text(encoding="utf-8")):
        database.command(statement)
    # No merge of the engine's own accord changes parts meanwhile.
    for table in ("otel_logs", "otel_traces"):
        database.command(f"SYSTEM STOP MERGES {table}")
    zero_ms = now_ms() // 86_400_000 * 86_400_000 - 3 * 86_400_000
    _fill(database, zero_ms)
    yield Stock(database, tmp_path / "data", zero_ms)
    database.command(f"DROP DATABASE `{database.address.database}`")
    database.close()


def _fill(database: Database, zero_ms: int) -> None:
    """Sessions four hours apart, over two days; each has a request whose backend fails."""
    logs, spans = [], []
    for number in range(SESSIONS):
        at_ns = (zero_ms + number * 4 * 3_600_000) * 1_000_000
        session, trace = f"{number:032x}", f"{number + 1_000:032x}"
        browser = {"service.name": "shop-web", "telemetry.sdk.language": "webjs"}
        logs.append(
            {
                "Timestamp": at_ns,
                "ServiceName": "shop-web",
                "ResourceAttributes": browser,
                "LogAttributes": {
                    "session.id": session,
                    "event.name": "browser.navigation",
                    "url.full": "http://shop.example/basket",
                },
            }
        )
        asked = {"http.request.method": "GET", "url.full": "http://shop.example/api"}
        spans += [
            {
                "Timestamp": at_ns,
                "TraceId": trace,
                "SpanId": "01",
                "SpanName": "GET",
                "SpanKind": "Client",
                "ServiceName": "shop-web",
                "ResourceAttributes": browser,
                "SpanAttributes": {"session.id": session, **asked},
                "Events.Timestamp": [],
                "Events.Name": [],
                "Events.Attributes": [],
            },
            {
                "Timestamp": at_ns,
                "TraceId": trace,
                "SpanId": "02",
                "SpanName": "GET /api",
                "SpanKind": "Server",
                "ServiceName": "shop",
                "ResourceAttributes": {"service.name": "shop"},
                "SpanAttributes": {},
                "Events.Timestamp": [at_ns],
                "Events.Name": ["exception"],
                "Events.Attributes": [{"exception.type": "E", "exception.message": "e"}],
            },
        ]
    database.insert("otel_logs", logs)
    database.insert("otel_traces", spans)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("stock", ["generation_a", "generation_b"], indirect=True)
def test_sessions_come_of_what_was_there_and_nothing_of_it_is_rewritten(stock: Stock) -> None:
    before = stock.database.query("SHOW TABLES")
    refused = stock.migrate()
    assert refused.returncode == 2
    assert "made by the Collector's exporter: run otel-replay migrate --adopt" in refused.stderr
    checked = stock.migrate("--check", "--adopt")
    assert checked.returncode == 3, checked.stderr
    assert "otel_logs: ADD COLUMN IF NOT EXISTS SessionId String DEFAULT" in checked.stdout
    assert "apply 0005_session_events (" in checked.stdout
    assert f"back-fill from otel_traces: {2 * SESSIONS} rows in 2 steps" in checked.stdout
    assert stock.database.query("SHOW TABLES") == before

    tables, parts = stock.tables(), stock.parts()
    adopted = stock.migrate("--adopt")
    assert adopted.returncode == 0, adopted.stderr
    assert "100%" in adopted.stderr
    assert stock.found() == ALL
    assert (stock.tables(), stock.parts()) == (tables, parts)
    (first,) = stock.database.query(
        "SELECT toUnixTimestamp64Milli(StartTime) AS ms, BackendErrors FROM sessions FINAL"
        " ORDER BY StartTime LIMIT 1"
    )
    assert first == {"ms": stock.zero_ms, "BackendErrors": 1}
    assert stock.migrate("--check", "--adopt").stdout == "nothing to do\n"

    # What the exporter sends from now on: spans again at another time, with the same exceptions.
    _fill(stock.database, stock.zero_ms + 600_000)
    again = {"page_views": 2 * SESSIONS, "requests": 2 * SESSIONS, "spans": 4 * SESSIONS}
    assert stock.found() == ALL | again


@pytest.mark.timeout(300)
@pytest.mark.parametrize("stock", ["generation_b"], indirect=True)
def test_one_that_was_killed_is_completed_by_the_next(stock: Stock) -> None:
    killed = subprocess.Popen(
        stock.command("--adopt", "--step-rows", "1"), stderr=subprocess.PIPE, text=True
    )
    assert killed.stderr is not None
    lines = iter(killed.stderr.readline, "")
    assert any(" 10%" in line for line in lines)
    killed.kill()
    killed.wait(30)
    killed.stderr.close()
    done = stock.database.query("SELECT count() AS n FROM otel_replay_adoption")[0]["n"]
    assert 0 < done < 3 * SESSIONS
    assert stock.found()["sessions"] == 0
    result = stock.migrate("--adopt", "--step-rows", "1")
    assert result.returncode == 0, result.stderr
    assert f" {3 * SESSIONS - done} steps" in result.stdout
    assert stock.found() == ALL


def test_there_must_be_something_to_adopt(
    clickhouse_server: ClickHouseServer, tmp_path: Path
) -> None:
    name = f"test_{uuid.uuid4().hex}"
    empty = Stock(Database(Address.parse(clickhouse_server.url(name))), tmp_path, 0)
    result = empty.migrate("--adopt")
    assert result.returncode == 2
    assert "there is nothing to adopt" in result.stderr

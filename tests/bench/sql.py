"""Reading at a million sessions: the list with filters, opening, searching, bytes at rest, and what
analysts' statements take from ingest.

``OTEL_BENCH_SCALE=1`` measures 10,000, 100,000 and 1,000,000 sessions with 50,000,000 events and
20,000,000 spans, which takes up to an hour to make and some 12 GB; without it a hundredth of that.
``OTEL_BENCH_FOLDER=DIR`` keeps what was made, so that the next run begins with measuring.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from otel_replay.errors import OverloadedError
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_ui.sql.service import Question, SqlService
from tests.bench import workload
from tests.bench.measure import percentile, table
from tests.bench.multiply import database_of
from tests.support.sessions import World

SCALE = float(os.environ.get("OTEL_BENCH_SCALE", "0.01"))
FOLDER = os.environ.get("OTEL_BENCH_FOLDER")
SIZES = (10_000, 100_000, 1_000_000)
RUNS = 40
ENOUGH_S = 6
"""What takes long is not run RUNS times, but 5 at least."""
TIMEOUT_EXCEEDED = 159
ANALYSTS = 10
INGEST_S = 10

FILTERS = {
    "list: latest": "",
    "list: with errors": "errors:>0",
    "list: of a user": "user:u-12345",
    "list: of a release": "release:1.1.0",
    "list: that saw a page": "url:/products/mug-77",
    "list: free text without a hit": "nothing-like-it",
}
TRACE_SEARCH = """SELECT TraceId, ServiceName, SpanName, Timestamp, Duration FROM otel_traces
WHERE ServiceName = 'inventory' AND Duration > 100000000
    AND Timestamp > {until:DateTime64(3)} - INTERVAL 7 DAY AND Timestamp <= {until:DateTime64(3)}
ORDER BY Timestamp DESC LIMIT 100"""
EXCEPTIONS = """SELECT Type, Message, ServiceName, count() AS times, uniq(SessionId) AS sessions
FROM exceptions WHERE Timestamp > {until:DateTime64(3)} - INTERVAL 1 DAY
GROUP BY Type, Message, ServiceName ORDER BY times DESC LIMIT 100"""
EXCEPTIONS_OF_ALL_TIME = EXCEPTIONS.replace("INTERVAL 1 DAY", "INTERVAL 1 YEAR")


@dataclass(frozen=True)
class Taken:
    """What a piece of work took, ms."""

    p50: float
    p95: float
    cpu: float
    """Of the whole process, on average."""

    def __str__(self) -> str:
        if math.isinf(self.p50):
            return "no answer within the limit"
        return f"{self.p50:.0f} / {self.p95:.0f} ms, CPU {self.cpu:.0f}"


def run() -> str:
    """Tables of times by number of sessions, of bytes at rest, and of ingest beside analysts."""
    sizes = [max(100, int(size * SCALE)) for size in SIZES]
    with _folder() as folder:
        databases = [database_of(folder, size) for size in sizes]
        times = [_measured(database, folder) for database in databases]
        head = ["what", *(f"{size:,} sessions" for size in sizes)]
        rows = [[name, *(str(found[name]) for found in times)] for name in times[0]]
        shown = [
            table(f"Reading: p50 / p95 and CPU time, up to {RUNS} times each", head, rows),
            _at_rest(databases[-1]),
            _beside_analysts(databases[-1]),
        ]
        for database in databases:
            database.close()
    return "\n".join(shown)


@contextmanager
def _folder() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(FOLDER or passing).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(passing)
        try:
            yield folder
        finally:
            os.chdir(before)


def _measured(database: Database, folder: Path) -> dict[str, Taken]:
    world = World(database, FileBlobStore(folder / "blobs"))
    found = database.query(
        "SELECT SessionId, TraceId FROM session_traces ORDER BY cityHash64(TraceId) LIMIT 40"
    )
    service = SqlService([database.address])
    newest = _newest(database)

    def opened(run: int) -> None:
        ident = found[run % len(found)]["SessionId"]
        for path in ("", "/manifest", "/events", "/traces"):
            world.json(f"sessions/{ident}{path}")

    def listed(query: str) -> Callable[[int], object]:
        return lambda _: world.json(f"sessions?{urlencode({'q': query})}")

    def sql(statement: str) -> Callable[[int], object]:
        question = Question(statement, newest, output_format="JSONCompact")
        return lambda _: service.answer(question)

    work = {name: listed(query) for name, query in FILTERS.items()}
    work["session open"] = opened
    work["trace open"] = lambda run: world.json(f"traces/{found[run % len(found)]['TraceId']}")
    work["trace search, a week"] = sql(TRACE_SEARCH)
    work["exceptions list, a day"] = sql(EXCEPTIONS)
    work["exceptions list, four weeks"] = sql(EXCEPTIONS_OF_ALL_TIME)
    return {name: _taken(one) for name, one in work.items()}


def _newest(database: Database) -> Mapping[str, Any]:
    rows = database.query("SELECT toString(max(StartTime)) AS until FROM sessions")
    return {"until": rows[0]["until"]}


def _taken(work: Callable[[int], object]) -> Taken:
    try:
        work(0)
    except QueryError as exc:
        if exc.code != TIMEOUT_EXCEEDED:
            raise
        return Taken(math.inf, math.inf, math.inf)
    taken: list[float] = []
    cpu = time.process_time()
    while len(taken) < RUNS and (len(taken) < 5 or sum(taken) < ENOUGH_S * 1000):
        start = time.perf_counter()
        work(len(taken))
        taken.append((time.perf_counter() - start) * 1000)
    spent = (time.process_time() - cpu) * 1000
    return Taken(percentile(taken, 50), percentile(taken, 95), spent / len(taken))


def _at_rest(database: Database) -> str:
    rows = database.query(
        "SELECT table, sum(rows) AS n, round(sum(bytes_on_disk) / n, 1) AS each FROM system.parts"
        " WHERE active AND database = currentDatabase() AND table IN"
        " ('otel_traces', 'otel_logs', 'session_events', 'sessions', 'replay_chunks')"
        " GROUP BY table ORDER BY table"
    )
    shown = [(row["table"], f"{row['n']:,}", row["each"]) for row in rows]
    title = "Bytes at rest, merged, indexes included (Jaeger publishes 75.7 B per span)"
    return table(title, ("table", "rows", "bytes per row"), shown)


def _beside_analysts(database: Database) -> str:
    """Spans go into a database of their own in the same engine; statements read the big one."""
    target = Database(database.address.with_database("ingest"))
    migrate(target)
    create_ingest_tables(target)
    insert = OtlpInserter(target, SIGNALS["traces"])
    batch = [workload.traces(1_000) for _ in range(10)]
    service = SqlService([database.address])
    question = Question(EXCEPTIONS, _newest(database), output_format="JSONCompact")
    insert(batch)
    alone = _spans_per_second(insert, batch)
    stop = threading.Event()
    answered: list[float] = []

    def analyse() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            # Some find no place in time, or no answer: they ask again, as people do.
            with contextlib.suppress(OverloadedError, QueryError):
                service.answer(question)
                answered.append(time.perf_counter() - start)

    analysts = [threading.Thread(target=analyse) for _ in range(ANALYSTS)]
    for analyst in analysts:
        analyst.start()
    beside = _spans_per_second(insert, batch)
    stop.set()
    for analyst in analysts:
        analyst.join()
    target.command("DROP DATABASE ingest SYNC")
    target.close()
    rows = [
        ("none", f"{alone:,.0f}", "100 %", ""),
        (
            f"{ANALYSTS}, without a pause",
            f"{beside:,.0f}",
            f"{100 * beside / alone:.0f} %",
            f"{len(answered)} answered, p50 {percentile(answered or [math.nan], 50):.1f} s",
        ),
    ]
    head = ("analysts", "spans per second", "of that without", "their statements")
    return table(f"Ingest beside analysts, {INGEST_S} s each", head, rows)


def _spans_per_second(insert: OtlpInserter, batch: list[bytes]) -> float:
    start, stored = time.perf_counter(), 0
    while time.perf_counter() - start < INGEST_S:
        insert(batch)
        stored += 1_000 * len(batch)
    return stored / (time.perf_counter() - start)

"""Reading at a million sessions: the list with filters, opening, searching, bytes at rest.

Visits to the shop of tests/support/known.py are multiplied with other ids, users, pages and times.
``OTEL_BENCH_SCALE=1`` makes 1,000,000 sessions, 50,000,000 events and 20,000,000 spans, which takes
hours and some 20 GB; without it a hundredth of that. Measured after a third and after all of it.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_ui.sql.service import Question, SqlService
from tests.bench import workload
from tests.bench.measure import percentile, table
from tests.support.known import fill
from tests.support.sessions import World

SCALE = float(os.environ.get("OTEL_BENCH_SCALE", "0.01"))
SESSIONS = 1_000_000
VISITS = 3
EVENTS_PER_SESSION, SPANS_PER_SESSION = 50, 20
BATCH = 2_000
RUNS = 20
ANALYSTS = 10
INGEST_S = 10

STATEMENTS = Path(__file__).parent / "statements"
FILTERS = {
    "list: latest": "",
    "list: with errors": "errors:>0",
    "list: of a user": "user:user-77",
    "list: of a release": "release:1.1.0",
    "list: that saw a page": "url:/help",
}
TRACE_SEARCH = """SELECT TraceId, ServiceName, SpanName, Timestamp, Duration FROM otel_traces
WHERE ServiceName = 'payments' AND Duration > 1000000000 AND Timestamp > now() - INTERVAL 7 DAY
ORDER BY Timestamp DESC LIMIT 100"""
EXCEPTIONS = """SELECT Type, Message, ServiceName, count() AS times, uniq(SessionId) AS sessions
FROM exceptions GROUP BY Type, Message, ServiceName ORDER BY times DESC LIMIT 100"""


def run() -> str:
    """Tables of times by number of sessions, of bytes at rest, and of ingest beside analysts."""
    with tempfile.TemporaryDirectory() as folder, _world(Path(folder)) as world:
        groups = max(2, int(SESSIONS * SCALE) // VISITS)
        rows = []
        for start, end in ((0, groups // 3), (groups // 3, groups)):
            _multiply(world, start, end)
            rows += _measured(world, end * VISITS)
        head = ("sessions", "what", "p50", "p95")
        times = table(f"Reading, {RUNS} times each", head, rows)
        return "\n".join([times, _at_rest(world.database), _beside_analysts(world.database)])


@contextmanager
def _world(folder: Path) -> Iterator[World]:
    before = Path.cwd()
    os.chdir(folder)
    database = Database(Address.parse(f"chdb://{folder}/clickhouse?database=otel"))
    migrate(database)
    world = World(database, FileBlobStore(folder / "blobs"))
    fill(world)
    for name, source in (("logs", "otel_logs"), ("spans", "otel_traces")):
        database.command(f"CREATE TABLE template_{name} ENGINE = Memory AS SELECT * FROM {source}")
    yield world
    database.close()
    os.chdir(before)


def _multiply(world: World, start: int, end: int) -> None:
    """Visits number `start` to `end` of each kind."""
    counts = world.database.query(
        "SELECT (SELECT count() FROM template_logs) AS logs, (SELECT count() FROM template_spans)"
        " AS spans"
    )[0]
    logs = max(1, round(EVENTS_PER_SESSION * VISITS / counts["logs"]))
    spans = max(1, round(SPANS_PER_SESSION * VISITS / counts["spans"]))
    for first in range(start, end, BATCH):
        part = {"start": first, "count": min(BATCH, end - first)}
        for name, times in (("spans", spans), ("logs", logs)):
            text = (STATEMENTS / f"multiply_{name}.sql").read_text(encoding="utf-8")
            world.database.command(text, {**part, "times": times})
        world.worker.run_once()


def _measured(world: World, sessions: int) -> list[tuple[object, ...]]:
    found = world.database.query(
        "SELECT SessionId, TraceId FROM session_traces ORDER BY cityHash64(TraceId) LIMIT 20"
    )
    service = SqlService([world.database.address])

    def sql(statement: str) -> Callable[[int], object]:
        return lambda _: service.answer(Question(statement, output_format="JSONCompact"))

    def opened(run: int) -> None:
        ident = found[run % len(found)]["SessionId"]
        for path in ("", "/manifest", "/events", "/traces"):
            world.json(f"sessions/{ident}{path}")

    def listed(query: str) -> Callable[[int], object]:
        return lambda _: world.json(f"sessions?{urlencode({'q': query})}")

    work = {name: listed(query) for name, query in FILTERS.items()}
    work["session open"] = opened
    work["trace open"] = lambda run: world.json(f"traces/{found[run % len(found)]['TraceId']}")
    work["trace search"] = sql(TRACE_SEARCH)
    work["exceptions list"] = sql(EXCEPTIONS)
    return [(f"{sessions:,}", name, *_times(one)) for name, one in work.items()]


def _times(work: Callable[[int], object]) -> tuple[str, str]:
    taken = []
    for number in range(RUNS):
        start = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - start) * 1000)
    return f"{percentile(taken, 50):.0f} ms", f"{percentile(taken, 95):.0f} ms"


def _at_rest(database: Database) -> str:
    for name in ("otel_traces", "otel_logs", "session_events"):
        database.command(f"OPTIMIZE TABLE {name} FINAL")
    rows = database.query(
        "SELECT table, sum(rows) AS n, round(sum(bytes_on_disk) / n, 1) AS each FROM system.parts"
        " WHERE active AND database = 'otel' AND table IN"
        " ('otel_traces', 'otel_logs', 'session_events') GROUP BY table ORDER BY table"
    )
    shown = [(row["table"], f"{row['n']:,}", row["each"]) for row in rows]
    title = "Bytes at rest, merged (Jaeger publishes 75.7 B per span for ClickHouse)"
    return table(title, ("table", "rows", "bytes per row"), shown)


def _beside_analysts(database: Database) -> str:
    create_ingest_tables(database)
    insert = OtlpInserter(database, SIGNALS["traces"])
    batch = [workload.traces(1_000) for _ in range(10)]
    service = SqlService([database.address])
    alone = _spans_per_second(insert, batch)
    stop = threading.Event()

    def analyse() -> None:
        while not stop.is_set():
            service.answer(Question(EXCEPTIONS, output_format="JSONCompact"))

    analysts = [threading.Thread(target=analyse) for _ in range(ANALYSTS)]
    for analyst in analysts:
        analyst.start()
    beside = _spans_per_second(insert, batch)
    stop.set()
    for analyst in analysts:
        analyst.join()
    rows = [("none", f"{alone:,.0f}"), (str(ANALYSTS), f"{beside:,.0f}")]
    return table("Ingest beside analysts", ("analysts", "spans per second"), rows)


def _spans_per_second(insert: OtlpInserter, batch: list[bytes]) -> float:
    start, stored = time.perf_counter(), 0
    while time.perf_counter() - start < INGEST_S:
        insert(batch)
        stored += 1_000 * len(batch)
    return stored / (time.perf_counter() - start)

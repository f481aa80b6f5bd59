"""A million sessions out of a few that were recorded: rows are multiplied inside ClickHouse.

Logs and spans go through the tables and views that ingest fills, so all that hangs on these is made
as always. Rows of `sessions` are what the worker computed for the recorded visits, with the ids,
people, pages, releases and times of the copies; chunks have rows and no blobs.
"""

from __future__ import annotations

import time
from pathlib import Path

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from tests.bench import visits

DAYS = 28
SPANS_PER_VISIT = 20
FEW = 50_000
MERGE_TRIES = 20
_DAY_MS = 86_400_000
_STATEMENTS = Path(__file__).parent / "statements"
_SETTINGS = {
    # Blocks of this size become parts. Skip indexes are built as these are merged, once.
    "min_insert_block_size_rows": 1_000_000,
    "min_insert_block_size_bytes": 512 * 1024**2,
    "materialize_skip_indexes_on_insert": 0,
    "max_insert_threads": 1,
    "max_threads": 1,
}
_BIG_TABLES = ("sessions", "replay_chunks", "otel_traces", "session_traces", "trace_sessions")
_BIGGEST_TABLES = ("otel_logs", "session_events")
_SMALL_TABLES = ("session_errors", "trace_exceptions")


def database_of(folder: Path, sessions: int) -> Database:
    """The database with so many sessions in the engine at `folder`, filled as far as it is not yet.

    What was interrupted goes on where it was.
    """
    address = Address.parse(f"chdb://{folder}/clickhouse?database=sessions_{sessions}")
    database = Database(address)
    if migrate(database) and _steps_done(database):
        # Columns and indexes that have come since are built as rows are merged.
        database.command("OPTIMIZE TABLE sessions FINAL")
    database.command(
        "CREATE TABLE IF NOT EXISTS bench_steps (Name String, Zero Int64) ENGINE = MergeTree"
        " ORDER BY Name"
    )
    if "all" not in _steps_done(database):
        _fill(database, folder / "visits", sessions)
    for table in (*_BIG_TABLES, *_BIGGEST_TABLES, *_SMALL_TABLES):
        _merge(database, table)
    return database


def _merge(database: Database, table: str) -> None:
    """Until each partition is one part, with all indexes. What is merged already is left as it is.

    OPTIMIZE does nothing where a merge goes on that is not over within two minutes.
    """
    unmerged = (
        "SELECT partition FROM system.parts WHERE active AND database = currentDatabase()"
        " AND table = {table:String} GROUP BY partition HAVING count() > 1 OR max(level) = 0"
    )
    for _ in range(MERGE_TRIES):
        if not database.query(unmerged, {"table": table}):
            return
        settings = {"optimize_skip_merged_partitions": 1}
        database.command(f"OPTIMIZE TABLE {table} FINAL", settings=settings)
    raise RuntimeError(f"{table} lies in several parts, and they do not merge: is the disk full?")


def _steps_done(database: Database) -> set[str]:
    if not database.query(
        "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'bench_steps'"
    ):
        return set()
    return {row["Name"] for row in database.query("SELECT Name FROM bench_steps")}


def _fill(database: Database, recorded: Path, sessions: int) -> None:
    if not (recorded / "visits.csv").exists():
        visits.record(recorded)
    _make_template(database, recorded)
    today = time.time_ns() // 1_000_000 // _DAY_MS * _DAY_MS
    begun = database.query("SELECT min(Zero) AS zero, count() AS n FROM bench_steps")[0]
    zero_ms = int(begun["zero"]) if begun["n"] else today - DAYS * _DAY_MS
    for table in (*_BIG_TABLES, *_BIGGEST_TABLES):
        database.command(f"SYSTEM STOP MERGES {table}")
    done = _steps_done(database)
    # Partitions are days: of many sessions one after the other, few are made at once.
    width = 1 if sessions >= FEW else DAYS
    for name in ("sessions", "chunks", "spans", "logs"):
        for day in range(0, DAYS, width):
            step = f"{name} {day}"
            if step not in done:
                count = len(range(day, sessions, DAYS)) if width == 1 else sessions
                part = {"day": day, "days": DAYS, "width": width, "count": count}
                _multiply(database, name, {**part, "zero_ms": zero_ms})
                database.insert("bench_steps", [{"Name": step, "Zero": zero_ms}])
    for table in (*_BIG_TABLES, *_BIGGEST_TABLES):
        database.command(f"SYSTEM START MERGES {table}")
    database.insert("bench_steps", [{"Name": "all", "Zero": zero_ms}])
    database.command("DROP DATABASE template SYNC")


def _multiply(database: Database, name: str, parameters: dict[str, int]) -> None:
    """Some days of one table. In a table without keys, what is left of an interrupted run goes."""
    table = {"logs": "otel_logs", "spans": "otel_traces"}.get(name)
    first = parameters["day"]
    for day in range(first, first + parameters["width"]) if table else ():
        when = time.gmtime(parameters["zero_ms"] / 1000 + day * 86_400)
        database.command(f"ALTER TABLE {table} DROP PARTITION '{time.strftime('%Y-%m-%d', when)}'")
    text = _statement(f"multiply_{name}").replace("/* visitors */", _statement("visitors"))
    database.command(text, parameters, _SETTINGS)


def _make_template(database: Database, recorded: Path) -> None:
    database.command("DROP DATABASE IF EXISTS template SYNC")
    database.command("CREATE DATABASE template")
    for source in visits.TABLES:
        name = "raw_sessions" if source == "sessions" else source
        database.command(
            f"CREATE TABLE template.{name} ENGINE = Memory EMPTY AS SELECT * FROM {source}"
        )
        data = (recorded / f"{source}.parquet").read_bytes()
        database.insert_bytes(f"template.{name}", data, "Parquet", {})
    database.command(
        "CREATE TABLE template.visits (Visit UInt64, SessionId String, Start Int64, End Int64)"
        " ENGINE = Memory"
    )
    database.insert_bytes("template.visits", (recorded / "visits.csv").read_bytes(), "CSV", {})
    for name in ("logs", "chunks", "sessions"):
        database.command(_statement(f"template_{name}"))
    database.command(_statement("template_spans"), {"spans": SPANS_PER_VISIT})


def _statement(name: str) -> str:
    return (_STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")

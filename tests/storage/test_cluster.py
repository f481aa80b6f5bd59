"""Statements for a cluster. None can be run here, so their text is held by a snapshot.

It has one migration of each kind. ``python -m tests.storage.test_cluster`` writes it anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import otel_replay
from otel_replay import adoption
from otel_replay.care.backup import take
from otel_replay.errors import ConfigError
from otel_replay.jobs import Asked
from otel_replay.storage import alter, migrate
from otel_replay.storage.alter import on_cluster
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.cluster import clustered
from otel_replay.storage.migrate import NEWEST, migrations

SNAPSHOT = Path(__file__).parent / "snapshots" / "cluster.sql"


SHOWN = (
    "0006_session_traces",
    "0007_sessions",
    "0011_other_recorders",
    "0030_passed_spans",
    "0032_views",
    "0038_session_errors_by_day",
)


def statements() -> list[str]:
    return list(clustered(migrations(NEWEST), "main"))


def shown() -> list[str]:
    """The statements of SHOWN, each after those of the migrations before it."""
    found: list[str] = []
    of_one: list[str] = []
    for statement in statements():
        of_one.append(statement)
        noted = re.match(r"INSERT INTO otel_replay_migrations .*'(\w+)'", statement)
        if noted:
            found += of_one if noted[1] in SHOWN else []
            of_one = []
    return found


def text() -> str:
    """Without the long lists of columns and the SELECTs, which migrations have already."""
    found = []
    for statement in shown():
        outside = re.sub(r"\n\(\n.*?\n\)", "\n(…)", statement, flags=re.DOTALL)
        lines = [line for line in outside.splitlines() if not line.startswith(" ")]
        found.append("\n".join(line[:160] for line in lines if _is_ours(line)))
    return "\n\n".join(found) + "\n"


def _is_ours(line: str) -> bool:
    return bool(re.match(r"(CREATE|ALTER|DROP|INSERT|ENGINE|FROM|ORDER|PARTITION|\()", line))


def test_the_statements_are_those_of_the_snapshot() -> None:
    assert text() == SNAPSHOT.read_text(encoding="utf-8")


def test_every_table_is_replicated_and_distributed_by_session_where_it_has_one() -> None:
    made = "\n".join([*statements(), ""])
    local = set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)_local ON CLUSTER 'main'", made))
    shards = dict(
        re.findall(r"currentDatabase\(\), (\w+)_local, cityHash64\((.+)\)\)\n", made + "\n")
    )
    assert set(shards) == local
    by_session = {name for name, key in shards.items() if key == "SessionId"}
    assert {"sessions", "session_traces", "trace_sessions", "replay_chunks"} <= by_session
    for name in ("otel_logs", "otel_traces", "session_events"):
        assert shards[name] == "if(SessionId != '', SessionId, TraceId)"
    assert not re.search(r"ENGINE = (?!Replicated|Distributed|Null)", made)


def test_every_change_is_made_on_all_servers() -> None:
    for statement in statements():
        changes = statement.startswith(("CREATE", "ALTER", "DROP"))
        assert not changes or "ON CLUSTER 'main'" in statement, statement


def test_views_read_what_was_inserted_on_their_own_server() -> None:
    views = [s for s in statements() if s.startswith("CREATE MATERIALIZED")]
    assert views
    for view in views:
        assert not re.search(r"FROM (otel_logs|otel_traces|replay_chunks|session_events)\b", view)


def test_clickhouse_can_parse_every_statement(shared_database: Database) -> None:
    for statement in statements():
        if not statement.startswith("INSERT"):
            shared_database.query("SELECT formatQuery({s:String}) AS s", {"s": statement})


DISTRIBUTED = "Distributed('main', 'otel', 'sessions_local', cityHash64(SessionId))"


def test_what_deletes_goes_to_the_local_tables_of_the_whole_cluster() -> None:
    plain = "ALTER TABLE sessions DELETE WHERE SessionId IN (SELECT Id FROM erasing)"
    assert on_cluster(plain, "ReplacingMergeTree(Version) ORDER BY SessionId") == plain
    assert on_cluster(plain, DISTRIBUTED) == plain.replace(
        "ALTER TABLE sessions ", "ALTER TABLE sessions_local ON CLUSTER 'main' "
    )
    with pytest.raises(ConfigError, match="--print-cluster"):
        on_cluster(plain, "Distributed(main, otel, sessions)")


def test_no_statement_of_ours_alters_a_table_but_where_its_rows_are() -> None:
    """Migrations are rewritten as a whole; restoring and adopting are for plain tables."""
    root = Path(otel_replay.__file__).parent
    found = [
        f"{path.relative_to(root)}: {line.strip()}"
        for folder in ("sessions", "erasure", "traces")
        for path in (root / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"command\(.*(ALTER TABLE|undo_|delete_)", line)
    ]
    assert [line for line in found if "delete_moved" not in line] == []


def test_migrations_are_not_for_processes_where_tables_are_on_a_cluster(
    shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "cluster_of", lambda _: "main")
    assert migrate.migrate(shared_database) == []
    monkeypatch.setattr(migrate, "missing", lambda _: [migrate.Migration("0999_new", [])])
    with pytest.raises(ConfigError, match="cluster main and lack 0999_new: .*--print-cluster main"):
        migrate.migrate(shared_database)


def test_what_is_for_plain_tables_refuses_to_work_on_a_cluster(
    shared_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(alter, "cluster_of", lambda _: "main")
    blobs = FileBlobStore(tmp_path)
    asked = Asked(shared_database, blobs, {"to": "file:///nowhere"}, "api", lambda _: None)
    with pytest.raises(ConfigError, match="on the cluster main, and a backup is for plain tables"):
        take.backup(lambda _: blobs, asked)
    with pytest.raises(ConfigError, match="on the cluster main, and --adopt is for plain tables"):
        adoption.plan(shared_database)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be a cluster's name"):
        list(clustered([], "a'; DROP"))


if __name__ == "__main__":
    SNAPSHOT.parent.mkdir(exist_ok=True)
    SNAPSHOT.write_text(text(), encoding="utf-8")

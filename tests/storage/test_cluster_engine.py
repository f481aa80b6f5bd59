"""Statements for a cluster, run by the engine: two shards that are only named in its settings.

There is no Keeper here, so ON CLUSTER and replication are taken out of them; nor do the shards
answer, so what is read comes as far as asking for them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chdb

from otel_replay.storage.clickhouse import SERVER_SETTINGS
from tests.storage.test_cluster import statements

SHARD = "<shard><replica><host>127.0.0.1</host><port>9</port></replica></shard>"
SETTINGS = f"<clickhouse><remote_servers><main>{SHARD}{SHARD}</main></remote_servers></clickhouse>"
REPLICATED = re.compile(r"Replicated(\w+)\('[^']*', '\{replica\}'(?:, )?")
IMPATIENT = "connections_with_failover_max_tries = 1, connect_timeout_with_failover_ms = 50"
DENIED = "Code: 288"
AWAY = "Code: 279"


def runnable() -> Iterator[str]:
    for statement in statements():
        if not statement.startswith("INSERT"):
            yield REPLICATED.sub(r"\1(", statement.replace(" ON CLUSTER 'main'", ""))


def test_the_engine_makes_all_tables_and_views_and_reads_them_with_our_settings(
    tmp_path: Path,
) -> None:
    """In a process of its own: an engine reads its settings once."""
    (tmp_path / "settings.xml").write_text(SETTINGS, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.storage.test_cluster_engine", str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    found = json.loads(ran.stdout)
    assert found["engines"]["sessions"].startswith("Distributed('main', 'otel', 'sessions_local'")
    assert found["engines"]["sessions_local"].startswith("ReplacingMergeTree(Version")
    # Without our settings a view that looks into other tables for its rows is refused.
    assert found["as a server has it"]["session_spans"] == DENIED
    assert set(found["as we ask"]) == set(found["as a server has it"]) >= {"clicks", "exceptions"}
    assert set(found["as we ask"].values()) == {AWAY}


def run(folder: Path) -> dict[str, dict[str, str]]:
    """Makes everything; what became of it, and how reading each view ends."""
    connect: Any = chdb.connect  # has no types
    engine = connect(f"{folder}/data?config-file={folder}/settings.xml")
    engine.query("CREATE DATABASE otel")
    engine.query("USE otel")
    for statement in runnable():
        engine.query(statement)
    rows = engine.query(
        "SELECT name, engine, engine_full FROM system.tables WHERE database = 'otel'",
        "JSONEachRow",
    )
    tables = [json.loads(line) for line in str(rows).splitlines()]
    views = [table["name"] for table in tables if table["engine"] == "View"]
    product, insert = SERVER_SETTINGS.items()
    ours = f"{product[0]} = '{product[1]}', {insert[0]} = {insert[1]}, {IMPATIENT}"
    return {
        "engines": {table["name"]: table["engine_full"] for table in tables},
        "as a server has it": {view: ending(engine, view, IMPATIENT) for view in views},
        "as we ask": {view: ending(engine, view, ours) for view in views},
    }


def ending(engine: Any, view: str, settings: str) -> str:
    try:
        engine.query(f"SELECT count() FROM {view} SETTINGS {settings}")
    except RuntimeError as exc:
        found = re.match(r"Code: \d+", str(exc))
        return found[0] if found else str(exc)
    return "answered"


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))

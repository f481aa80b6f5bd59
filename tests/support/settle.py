"""Opens a data folder that nobody holds, and does what takes a running product hours; a program:
``python -m tests.support.settle FOLDER compact|merge``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from otel_replay.cli.stores import Store, open_stores
from otel_replay.config import load_settings
from otel_replay.sessions.compaction import compact
from tests.support.process import wait_for


def _compact(store: Store) -> None:
    """Every session's recording becomes an object of its own."""
    for row in store.database.query("SELECT SessionId, StartTime FROM sessions FINAL"):
        started = row["StartTime"].replace(tzinfo=UTC)
        done = compact(
            store.database, store.blobs, row["SessionId"], started, lambda: datetime.now(UTC)
        )
        assert done.chunks > 0
    store.database.command("OPTIMIZE TABLE replay_chunks FINAL")


def _now() -> datetime:
    return datetime.now(UTC)


def _merge(store: Store) -> None:
    """All parts are merged, and the files of those that were replaced are gone."""
    tables = store.database.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase()"
        " AND engine LIKE '%MergeTree'"
    )
    for table in tables:
        store.database.command(f"OPTIMIZE TABLE `{table['name']}` FINAL")
        # Instead of the 8 minutes for which ClickHouse keeps them.
        store.database.command(
            f"ALTER TABLE `{table['name']}` MODIFY SETTING old_parts_lifetime = 1,"
            " cleanup_delay_period = 1, max_cleanup_delay_period = 1"
        )
    left = "SELECT count() AS n FROM system.parts WHERE database = currentDatabase() AND NOT active"
    wait_for("old parts to go", lambda: store.database.query(left)[0]["n"] == 0)


def main(folder: str, step: str) -> None:
    settings = load_settings({"data": folder}, {}, None)
    with open_stores(settings) as stores:
        {"compact": _compact, "merge": _merge}[step](stores.all[0])


if __name__ == "__main__":
    main(str(Path(sys.argv[1])), sys.argv[2])

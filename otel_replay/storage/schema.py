"""The tables as they are after all migrations, in one file, for databases that have none yet.

``python -m otel_replay.storage.schema`` writes schema.sql anew; a test holds that it says what the
migrations do. A new database gets its tables from it in a third of the time.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.queries import statements

OLDEST = (26, 2)
"""The first version of ClickHouse that knows all that is in the file."""
FILE = "schema.sql"
HEADER = """\
-- All tables and views as the migrations leave them. Made by python -m otel_replay.storage.schema.
"""
_DATABASE = "{{database}}"


def create(database: Database) -> bool:
    """Creates all tables in an empty database; False when it is none, or ClickHouse is too old.

    One where this was cut off counts as empty.
    """
    if database.version < OLDEST:
        return False
    wanted = statements(_text())
    if not set(existing(database)) <= set(wanted):
        return False
    name = f"`{database.address.database}`"
    for statement in wanted:
        new = re.sub(r"^(CREATE (MATERIALIZED VIEW|VIEW|TABLE)) ", r"\1 IF NOT EXISTS ", statement)
        database.command(new.replace(_DATABASE, name))
    return True


def existing(database: Database) -> list[str]:
    """The statements that make the tables which are there, in an order in which they can be run."""
    # Views come after what they read and write.
    rows = database.query(
        "SELECT formatQuery(create_table_query) AS statement FROM system.tables"
        " WHERE database = currentDatabase() AND name != 'otel_replay_migrations'"
        " ORDER BY engine = 'MaterializedView', engine = 'View', name"
    )
    name = re.escape(database.address.database)
    return [
        "\n".join(
            re.sub(rf"(?<![\w.`'])`?{name}`?\.(?=[\w`])", f"{_DATABASE}.", line).rstrip()
            for line in row["statement"].splitlines()
        )
        for row in rows
    ]


def write(migrate: Callable[[Database], object], path: Path) -> None:
    """Writes the file from what `migrate` makes of an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(
            Address.parse(f"chdb://{folder}/clickhouse?database=made_by_migrations")
        )
        migrate(database)
        text = ";\n\n".join(existing(database))
        database.close()
    path.write_text(f"{HEADER}{text};\n", encoding="utf-8")


def _text() -> str:
    text = (resources.files("otel_replay.storage") / FILE).read_text(encoding="utf-8")
    return text.removeprefix(HEADER)


if __name__ == "__main__":
    from otel_replay.storage.migrate import apply_missing

    write(apply_missing, Path(__file__).parent / FILE)

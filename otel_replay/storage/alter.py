"""ALTER TABLE on tables as they are called, also where a Distributed table has that name.

On a cluster (cluster.py) rows lie in NAME_local on each shard, and NAME itself deletes none: the
statement goes to the local tables, on the whole cluster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from otel_replay.errors import ConfigError
from otel_replay.storage.clickhouse import Database

_ALTER = re.compile(r"ALTER TABLE (\w+)\b")
# Distributed('main', 'otel', 'sessions_local', ...), as system.tables has it.
_DISTRIBUTED = re.compile(r"Distributed\('([^']+)', '?[^',]+'?, '(\w+)'")


def alter(
    database: Database,
    statement: str,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Runs an ``ALTER TABLE NAME ...`` where the rows of NAME are.

    Raises ConfigError for a Distributed table that is not as we make it, QueryError and
    UnavailableError.
    """
    match = _ALTER.match(statement)
    engine = _engine(database, match[1]) if match else ""
    database.command(on_cluster(statement, engine), parameters, settings)


def on_cluster(statement: str, engine: str) -> str:
    """The statement for a table with that engine, as system.tables.engine_full has it."""
    if not engine.startswith("Distributed"):
        return statement
    found = _DISTRIBUTED.match(engine)
    if found is None:
        raise ConfigError(
            f"the table's engine is {engine[:200]!r}: expected one that otel-replay migrate"
            " --print-cluster makes, Distributed('CLUSTER', 'DATABASE', 'NAME_local', ...)"
        )
    cluster, local = found.groups()
    return _ALTER.sub(f"ALTER TABLE {local} ON CLUSTER '{cluster}'", statement, count=1)


def cluster_of(database: Database) -> str:
    """The cluster that the project's tables are on; empty for plain tables, and for none yet."""
    found = _DISTRIBUTED.match(_engine(database, "sessions"))
    return found[1] if found else ""


def only_plain_tables(database: Database, what: str) -> None:
    """Raises ConfigError where `what` is asked for and the project's tables are on a cluster."""
    if cluster := cluster_of(database):
        raise ConfigError(
            f"the tables of the database {database.address.database} are on the cluster {cluster},"
            f" and {what} is for plain tables, where all rows are on one server"
        )


def _engine(database: Database, table: str) -> str:
    rows = database.query(
        "SELECT engine_full FROM system.tables WHERE database = currentDatabase()"
        " AND name = {table:String}",
        {"table": table},
    )
    return str(rows[0]["engine_full"]) if rows else ""

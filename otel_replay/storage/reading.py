"""Settings with which people's own queries are read, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_replay.storage.clickhouse import Database

HIDDEN_TABLES = ("project_settings",)
"""Tables that people's own queries may not read. This one has the salt with which the ids of erased
users are hashed: who has it can try out which ids they were."""

READ_SETTINGS: dict[str, Any] = {
    # Copies of a row count once without a thought of FINAL; tables that keep copies are read as is.
    "final": 1,
    # Only for conditions on the key, which all copies of a row meet or none: what is read of a
    # session is then its rows, and not all columns of all rows that lie near them in every part.
    "optimize_move_to_prewhere_if_final": 1,
    # A join looks for the few rows that it needs by their index: spans of a session's traces.
    "use_skip_indexes_on_data_read": 1,
    "enable_join_runtime_filters_index_analysis": 1,
}


def read_settings(database: Database) -> dict[str, Any]:
    """Those of READ_SETTINGS that this ClickHouse knows.

    Raises QueryError and UnavailableError.
    """
    return known_settings(database, READ_SETTINGS)


def known_settings(database: Database, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Those that this ClickHouse knows, in their order: older servers lack the later ones.

    Raises QueryError and UnavailableError.
    """
    rows = database.query(
        "SELECT name FROM system.settings WHERE name IN {names:Array(String)}",
        {"names": list(wanted)},
    )
    known = {row["name"] for row in rows}
    return {name: value for name, value in wanted.items() if name in known}

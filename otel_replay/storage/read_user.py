"""The statements that make a ClickHouse user for people who only read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from otel_replay.storage.clickhouse import PRODUCT_MODE
from otel_replay.storage.queries import read_query
from otel_replay.storage.reading import HIDDEN_TABLES, READ_SETTINGS

PASSWORD = "choose-a-password"
"""Stands where the administrator puts one: whoever makes the user should know it, not we."""


def read_user(database: str, cluster: str = "", settings: Mapping[str, Any] = READ_SETTINGS) -> str:
    """SQL for an administrator of the server; `settings` are those that the server knows."""
    on_cluster = f"ON CLUSTER '{cluster}'" if cluster else ""
    user = f"{database}_reader"
    if cluster:
        settings = {**settings, **PRODUCT_MODE}
    hidden = [*HIDDEN_TABLES, *(f"{table}_local" for table in HIDDEN_TABLES if cluster)]
    filled = {
        "user": user,
        "database": database,
        "cluster": on_cluster,
        "hidden": ";\n\n".join(
            f"REVOKE {on_cluster} SELECT ON {database}.{table} FROM {user}" for table in hidden
        ),
        "settings": ",\n    ".join(f"{name} = {value!r}" for name, value in settings.items()),
        "password": PASSWORD,
    }
    text = re.sub(r"\{(\w+)\}", lambda name: filled[name[1]], read_query(__package__, "read_user"))
    return re.sub(r"(?<=\S) {2,}", " ", text)

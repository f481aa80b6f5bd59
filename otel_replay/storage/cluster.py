"""Rewrites migrations for a cluster: replicated tables, and Distributed ones over them.

Each MergeTree table becomes NAME_local, replicated within its shard, and NAME, a Distributed table
over all shards that programs read and write as they would the plain one. Rows of a session are on
one shard; rows of a trace that name no session are on one shard as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from otel_replay.errors import ConfigError
from otel_replay.storage.migrate import APPLIED_TABLE, Migration

CLUSTER_NAME = re.compile(r"[A-Za-z0-9_\-.]{1,64}")
_REPLICA = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
_COMMENTS = re.compile(r"^(?:--[^\n]*\n)+")
_TABLE = re.compile(
    r"CREATE TABLE IF NOT EXISTS (\w+)\s*(\(.*\n\))\s*ENGINE = (\w+)(?:\(([^()]*)\))?(.*)",
    re.DOTALL,
)
_MATERIALIZED = re.compile(
    r"CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS(.*)", re.DOTALL
)
_VIEW = re.compile(r"CREATE OR REPLACE VIEW (\w+)(.*)", re.DOTALL)
_ALTER = re.compile(r"ALTER TABLE (\w+)\s+(.*)", re.DOTALL)
_DROP = re.compile(r"DROP TABLE IF EXISTS (\w+)(?: SYNC)?")
_SOURCE = re.compile(r"\bFROM (\w+)")
_ORDER = re.compile(r"ORDER BY \(?([^,()\s]+)")
_COLUMN_PART = re.compile(r"(?:ADD|MODIFY|COMMENT|DROP) COLUMN\b")
_STORAGE_PART = re.compile(r",?\s*MODIFY ORDER BY \([^)]*\)")
_TRACE_OR_SESSION = "if(SessionId != '', SessionId, TraceId)"


def clustered(migrations: Sequence[Migration], cluster: str) -> Iterator[str]:
    """The statements that make or upgrade all tables on `cluster`, for an administrator to run.

    The last ones note what was applied, so that otel-replay's processes find it done. Raises
    ConfigError for a name that cannot be a cluster's.
    """
    if not CLUSTER_NAME.fullmatch(cluster):
        raise ConfigError(f"{cluster!r} cannot be a cluster's name: expected letters, digits, _-.")
    rewriting = _Rewriting(cluster)
    yield from rewriting.statement(APPLIED_TABLE.strip())
    for migration in migrations:
        for statement in migration.statements:
            yield from rewriting.statement(statement)
        yield f"INSERT INTO otel_replay_migrations (Name) VALUES ('{migration.name}')"


class _Rewriting:
    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._on = f"ON CLUSTER '{cluster}'"
        self._local: set[str] = set()
        """Tables that are Distributed over one that is called NAME_local."""

    def statement(self, text: str) -> Iterator[str]:
        text = _COMMENTS.sub("", text)
        for pattern, rewrite in (
            (_TABLE, self._table),
            (_MATERIALIZED, self._materialized),
            (_VIEW, self._view),
            (_ALTER, self._alter),
            (_DROP, self._drop),
        ):
            match = pattern.fullmatch(text)
            if match:
                yield from rewrite(match)
                return
        yield text

    def _table(self, match: re.Match[str]) -> Iterator[str]:
        name, columns, engine, arguments, rest = match.groups()
        if engine == "Null":
            yield f"CREATE TABLE IF NOT EXISTS {name} {self._on}\n{columns}\nENGINE = Null"
            return
        self._local.add(name)
        inner = ", ".join(part for part in (_REPLICA, arguments) if part)
        yield (
            f"CREATE TABLE IF NOT EXISTS {name}_local {self._on}\n{columns}\n"
            f"ENGINE = Replicated{engine}({inner}){rest}"
        )
        yield (
            f"CREATE TABLE IF NOT EXISTS {name} {self._on} AS {name}_local\n"
            f"ENGINE = Distributed('{self._cluster}', currentDatabase(), {name}_local,"
            f" cityHash64({_sharded_by(columns, rest)}))"
        )

    def _materialized(self, match: re.Match[str]) -> Iterator[str]:
        name, target, select = match.groups()
        yield (
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {name} {self._on} TO {target} AS"
            f"{self._from_local(select)}"
        )

    def _view(self, match: re.Match[str]) -> Iterator[str]:
        yield f"CREATE OR REPLACE VIEW {match[1]} {self._on}{match[2]}"

    def _alter(self, match: re.Match[str]) -> Iterator[str]:
        name, what = match.groups()
        if name not in self._local:
            yield f"ALTER TABLE {name} {self._on} {self._from_local(what)}"
            return
        yield f"ALTER TABLE {name}_local {self._on} {what}"
        if _COLUMN_PART.match(what):
            yield f"ALTER TABLE {name} {self._on} {_STORAGE_PART.sub('', what)}"

    def _drop(self, match: re.Match[str]) -> Iterator[str]:
        """With the table that holds its rows; at once, so that another may take its path."""
        name = match[1]
        yield f"DROP TABLE IF EXISTS {name} {self._on} SYNC"
        if name in self._local:
            yield f"DROP TABLE IF EXISTS {name}_local {self._on} SYNC"

    def _from_local(self, select: str) -> str:
        """A view sees what is inserted on its shard, in the table that holds it there."""

        def renamed(found: re.Match[str]) -> str:
            return f"FROM {found[1]}_local" if found[1] in self._local else found[0]

        return _SOURCE.sub(renamed, select)


def _sharded_by(columns: str, rest: str) -> str:
    """What decides about a row's shard: copies of a row must meet on one to merge."""
    names = set(re.findall(r"^    `?(\w+)", columns, re.MULTILINE))
    if {"SessionId", "TraceId", "SpanId"} <= names:
        return _TRACE_OR_SESSION
    for name in ("SessionId", "TraceId"):
        if name in names:
            return name
    order = _ORDER.search(rest)
    return order[1] if order else "rand()"

"""``otel-replay restore``: brings a project back from a backup, whole or not at all.

Rows go into a database beside the project's, without views that would derive from them a second
time. Once everything is there and checked, the two change names, which is the moment of restoring:
a restore that is cut off before has changed nothing, and one that is cut off after is finished by
running it again.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from otel_replay.care.backup import snapshot
from otel_replay.care.backup.form import (
    Copy,
    Manifest,
    Table,
    read_file,
    read_lists,
    read_manifest,
)
from otel_replay.care.backup.payload import AT_ONCE
from otel_replay.care.backup.take import Open, keeping_blobs
from otel_replay.care.erasing import erase_again
from otel_replay.care.patience import PatientBlobs
from otel_replay.care.places import PREFIXES
from otel_replay.errors import ConfigError, DamagedBlobError
from otel_replay.jobs import Asked, Progress
from otel_replay.sessions.derive import derive
from otel_replay.sessions.worker import SETTLE_MS
from otel_replay.storage.alter import only_plain_tables
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.migrate import known
from otel_replay.storage.queries import read_query

SUFFIX = "__restore"
REPLACED = "__replaced"
MARK = "otel_replay_restored"
"""A table in the restored database: all of it is there, and from which backup."""
_INSERT = {
    "optimize_on_insert": 0,
    "max_partitions_per_insert_block": 0,
    "insert_deduplicate": 0,
}
_NO_DATA = frozenset(
    {
        *("otel_replay_migrations", "work_claims", "session_touched", "trace_touched"),
        *("ingest_usage", "project_settings", "erasing", MARK, *snapshot.ERASURES),
    }
)
"""Rows of these do not make a project one that has data."""
_RECEIVED = ("otel_logs", "otel_traces", "replay_chunks")
BATCH = 500

Prepare = Callable[[Database], object]
"""Makes a project's tables and views. Raises UnavailableError."""


def restore(open_store: Open, prepare: Prepare, asked: Asked) -> dict[str, Any]:
    """The job. Parameter ``from``: the address of a folder or bucket that has a backup.

    Raises ConfigError when the project has data, NotFoundError and DamagedBlobError when the backup
    is none or not what was written, QueryError and UnavailableError.
    """
    asked.only("from")
    where = asked.text("from")
    source = PatientBlobs(open_store(where))
    manifest = read_manifest(source, where)
    blobs = PatientBlobs(asked.blobs)
    return Restore(asked.database, blobs, source, manifest, prepare, asked.progress).run()


@dataclass
class Restore:
    """One restore of a project."""

    database: Database
    blobs: BlobStore
    source: BlobStore
    manifest: Manifest
    prepare: Prepare
    say: Progress

    def run(self) -> dict[str, Any]:
        """Restores, or goes on where an earlier run was cut off; returns what there is now."""
        started = time.monotonic()
        if later := sorted(set(self.manifest.migrations) - set(known())):
            raise ConfigError(
                f"the backup was made by otel-replay {self.manifest.version}, whose tables are"
                f" newer than ours ({later[-1]}): use that version or a later one"
            )
        # A run that was cut off between the two changes of names leaves none of this name.
        self._outside(f"CREATE DATABASE IF NOT EXISTS `{self._name}`")
        self.prepare(self.database)
        only_plain_tables(self.database, "restoring")
        with keeping_blobs(self.database, self.say):
            if not self._is_renamed():
                self._check_empty()
                if not self._is_loaded():
                    self._load()
                self._rename()
            self._finish()
        return {**self._report(), "seconds": round(time.monotonic() - started, 3)}

    # Names

    @property
    def _name(self) -> str:
        return self.database.address.database

    @property
    def _side(self) -> Database:
        return Database(self.database.address.with_database(self._name + SUFFIX))

    def _is_renamed(self) -> bool:
        """Whether an earlier run of this restore came as far as that."""
        return _mark_of(self.database, self._name) == self.manifest.id

    def _is_loaded(self) -> bool:
        name = self._name + SUFFIX
        return snapshot.exists(self.database, name) and (
            _mark_of(self.database, name) == self.manifest.id
        )

    # Before

    def _check_empty(self) -> None:
        rows = {
            row["table"]: row["rows"]
            for row in self.database.query(read_query(__package__, "rows_of_tables"))
        }
        filled = sorted(set(rows) - _NO_DATA)
        if filled:
            raise ConfigError(
                f"project {self._name} has data ({rows[filled[0]]} rows in {filled[0]}): restore"
                " into a project without any, such as one of another name"
            )
        if snapshot.exists(self.database, self._name + SUFFIX):
            # Blobs may be there from an earlier run that was cut off.
            return
        for prefix in PREFIXES:
            if blob := next(iter(self.blobs.list(prefix)), None):
                raise ConfigError(
                    f"project {self._name} has no rows, but blobs such as {blob.key}: delete them"
                    " if nobody needs them, or restore into a project of another name"
                )

    # Loading

    def _load(self) -> None:
        name = self._name + SUFFIX
        snapshot.drop(self.database, name)
        if _exists(self.database, self._name + REPLACED):
            raise ConfigError(
                f"there is a database {self._name + REPLACED}, a name that a restore needs: rename"
                " it, or drop it if nobody needs it"
            )
        self.database.command(f"CREATE DATABASE `{name}` COMMENT '{snapshot.COMMENT}'")
        side = self._side
        try:
            for name in snapshot.stored_tables(self.database):
                side.command(f"CREATE TABLE `{name}` AS `{self._name}`.`{name}`")
            for table in self.manifest.tables:
                self._load_table(side, table)
            self._load_blobs()
            self._erase(side)
            side.command(
                f"CREATE TABLE `{MARK}` (BackupId String COMMENT 'Restored from this backup')"
                " ENGINE = MergeTree ORDER BY BackupId"
            )
            side.insert(MARK, [{"BackupId": self.manifest.id}])
        finally:
            side.close()

    def _load_table(self, side: Database, table: Table) -> None:
        here = set(snapshot.columns(self.database, table.name))
        if lacking := [name for name in table.columns if name not in here]:
            raise ConfigError(
                f"table {table.name} of the backup has a column {lacking[0]} that ours has not: use"
                f" otel-replay {self.manifest.version}"
            )
        target = f"`{table.name}`"
        side.command(f"SYSTEM STOP MERGES {target}")
        computed = self.database.query(
            read_query(__package__, "computed_columns"), {"table": table.name}
        )
        for column in computed:
            side.command(f"ALTER TABLE {target} MODIFY COLUMN `{column['name']}` DEFAULT ''")
        columns = ", ".join(f"`{name}`" for name in table.columns)
        for number, file in enumerate(table.files, 1):
            data = read_file(self.source, file)
            side.insert_bytes(f"{target} ({columns})", data, "Native", _INSERT)
            told = {"table": table.name, "files": number, "of": len(table.files)}
            self.say({"stage": "rows", **told})
        for column in computed:
            kind = f"MATERIALIZED {column['expression']}"
            side.command(f"ALTER TABLE {target} MODIFY COLUMN `{column['name']}` {kind}")
        (counted,) = side.query(f"SELECT count() AS rows FROM {target}")
        if counted["rows"] != table.rows:
            raise DamagedBlobError(
                f"table {table.name}: {counted['rows']} of {table.rows} rows came out of the backup"
            )
        side.command(f"SYSTEM START MERGES {target}")

    def _load_blobs(self) -> None:
        done = 0
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="restore") as pool:
            for copies in _batches(read_lists(self.source, self.manifest.blob_lists)):
                for _ in pool.map(self._load_blob, copies):
                    done += 1
                self.say({"stage": "blobs", "done": done, "of": self.manifest.blobs})

    def _load_blob(self, copy: Copy) -> None:
        data = self.source.get(copy.copy_key)
        if hashlib.sha256(data).hexdigest() != copy.sha256:
            raise DamagedBlobError(f"{copy.copy_key} in the backup fails its checksum")
        self.blobs.put(copy.key, data)

    def _erase(self, side: Database) -> None:
        """What was erased while the backup was made, or since, does not come back."""
        self.say({"stage": "erasures"})
        for table in snapshot.ERASURES:
            side.command(f"INSERT INTO `{table}` SELECT * FROM `{self._name}`.`{table}`")
        erase_again(side, self.blobs)

    # The moment, and after

    def _rename(self) -> None:
        """From here on the project is the restored one."""
        self.say({"stage": "changing names"})
        name, side, replaced = self._name, self._name + SUFFIX, self._name + REPLACED
        if _exists(self.database, replaced):
            # An earlier run was cut off between the two; what is there now was made since, empty.
            first = f"DROP DATABASE IF EXISTS `{name}` SYNC"
        else:
            first = f"RENAME DATABASE `{name}` TO `{replaced}`"
        self._outside(first, f"RENAME DATABASE `{side}` TO `{name}`")

    def _outside(self, *statements: str) -> None:
        """Runs statements from a database that keeps its name."""
        outside = Database(self.database.address.with_database("default"))
        try:
            for statement in statements:
                outside.command(statement)
        finally:
            outside.close()

    def _finish(self) -> None:
        self.say({"stage": "making views"})
        self.prepare(self.database)
        replaced = self._name + REPLACED
        if _exists(self.database, replaced):
            self._take_over(replaced)
            self.database.command(f"DROP DATABASE IF EXISTS `{replaced}` SYNC")
        self._compute()
        self.database.command(f"DROP TABLE IF EXISTS `{MARK}` SYNC")

    def _take_over(self, replaced: str) -> None:
        """What came in between the last look at the empty project and the change of names."""
        for table in _RECEIVED:
            listed = ", ".join(f"`{name}`" for name in _plain_columns(self.database, table))
            self.database.command(
                f"INSERT INTO `{table}` ({listed}) SELECT {listed} FROM `{replaced}`.`{table}`",
                settings={"insert_deduplication_token": f"restore-{self.manifest.id}-{table}"},
            )

    def _compute(self) -> None:
        """Rows of sessions that something came in for after they had been computed."""
        parameters = {"since_ms": 0, "settle_ms": SETTLE_MS}
        statements = (
            read_query("otel_replay.sessions", "touched_and_stale"),
            read_query(__package__, "inputs_and_stale"),
        )
        found = [self.database.query(statement, parameters) for statement in statements]
        stale = sorted({row["SessionId"] for rows in found for row in rows})
        for start in range(0, len(stale), BATCH):
            derive(self.database, stale[start : start + BATCH], int(time.time() * 1000))
            self.say({"stage": "sessions", "done": start, "of": len(stale)})

    def _report(self) -> dict[str, Any]:
        return {
            "project": self._name,
            "id": self.manifest.id,
            "backup_of": self.manifest.project,
            "backup_ended_at": self.manifest.ended_at,
            "rows": {table.name: table.rows for table in self.manifest.tables},
            "blobs": self.manifest.blobs,
            "blob_bytes": self.manifest.blob_bytes,
            "missing_blobs": len(self.manifest.missing),
        }


def _exists(database: Database, name: str) -> bool:
    statement = "SELECT 1 AS there FROM system.databases WHERE name = {name:String}"
    return bool(database.query(statement, {"name": name}))


def _mark_of(database: Database, name: str) -> str:
    """From which backup a database was restored; empty when it was not, or that is long over."""
    statement = "SELECT name FROM system.tables WHERE database = {name:String}"
    if MARK not in {row["name"] for row in database.query(statement, {"name": name})}:
        return ""
    rows = database.query(f"SELECT BackupId FROM `{name}`.`{MARK}`")
    return str(rows[0]["BackupId"]) if rows else ""


def _plain_columns(database: Database, table: str) -> list[str]:
    rows = database.query(read_query(__package__, "plain_columns"), {"table": table})
    return [row["name"] for row in rows]


def _batches(copies: Iterator[Copy]) -> Iterator[list[Copy]]:
    while batch := list(itertools.islice(copies, BATCH)):
        yield batch

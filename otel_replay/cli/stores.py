"""Opens what the parts work on: per project a database and blobs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from otel_replay.cli.lock import DataFolder
from otel_replay.config import Settings
from otel_replay.instruments import Instruments
from otel_replay.projects import Project
from otel_replay.storage.blobs import BlobStore, open_blob_store
from otel_replay.storage.blobs.counted import counted
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.storage import create_ingest_tables


@dataclass(frozen=True)
class Store:
    """Where one project's data lies."""

    project: Project
    database: Database
    blobs: BlobStore


@dataclass(frozen=True)
class Stores:
    """All projects, the default one first, and for the embedded engine the folder it is held in."""

    all: tuple[Store, ...]
    folder: DataFolder | None

    def by_name(self) -> dict[str, Store]:
        """Project name to its store."""
        return {store.project.name: store for store in self.all}


@contextlib.contextmanager
def open_stores(settings: Settings) -> Iterator[Stores]:
    """Nothing is connected yet but the embedded engine's folder held. Raises ConfigError."""
    with contextlib.ExitStack() as stack:
        embedded = Address.parse(settings.clickhouse_url).embedded_path
        folder = None
        if embedded is not None:
            folder = stack.enter_context(DataFolder(settings.data))
            _work_in(embedded)
        stores = tuple(_store(settings, project) for project in settings.projects)
        for store in stores:
            stack.callback(store.database.close)
        yield Stores(stores, folder)


def counting(stores: Stores, instruments: Instruments) -> Stores:
    """The same stores, with what is asked of the blobs in the figures."""
    counted_all = (replace(s, blobs=counted(s.blobs, instruments)) for s in stores.all)
    return replace(stores, all=tuple(counted_all))


def migrate_all(stores: Sequence[Store]) -> list[str]:
    """Creates or upgrades every project's tables; returns the names of what was applied.

    Raises QueryError or UnavailableError.
    """
    return [
        name if len(stores) == 1 else f"{store.project.name}: {name}"
        for store in stores
        for name in migrate(store.database)
    ]


def prepare(store: Store) -> None:
    """Makes a project's tables. Raises UnavailableError while ClickHouse is away."""
    make_tables(store.database)


def make_tables(database: Database) -> None:
    """The same for a database, with what ingest needs."""
    migrate(database)
    create_ingest_tables(database)


def _store(settings: Settings, project: Project) -> Store:
    address = Address.parse(settings.clickhouse_url_of(project))
    blobs = open_blob_store(settings.blobs_url_of(project), settings.s3)
    return Store(project, Database(address), blobs)


def _work_in(folder: Path) -> None:
    """The embedded engine keeps the schemas it parses in its working directory."""
    scratch = folder.with_name("scratch")
    scratch.mkdir(parents=True, exist_ok=True)
    os.chdir(scratch)

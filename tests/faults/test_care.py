"""What a backup, a restore and fsck are between fails: they say so, harm nothing, and run again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from otel_replay.care.backup.restore import restore
from otel_replay.care.backup.take import backup
from otel_replay.care.fsck import examine
from otel_replay.errors import UnavailableError
from otel_replay.jobs import Asked, Progress
from otel_replay.storage.blobs import BlobStore, open_blob_store
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from tests.care.test_fsck import chunk, settle, store
from tests.faults.test_blobs_and_disk import FullDisk
from tests.support.faults import FaultyProxy
from tests.support.sessions import World


@pytest.fixture
def filled(proxy: FaultyProxy, tmp_path: Path) -> World:
    """A project on a server behind the proxy."""
    proxy.only_inserts = False
    database = Database(Address.parse(proxy.url(f"care_{uuid.uuid4().hex}")))
    migrate(database)
    world = World(database, FileBlobStore(tmp_path / "blobs"))
    store(world, [chunk("a", 0), chunk("b", 0)], [chunk("a", 1)])
    world.navigation("a", "http://shop/")
    settle(world)
    return world


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otel_replay.care.patience.TRIES", 2)


def asked(world: World, progress: Progress, **parameters: Any) -> Asked:
    return Asked(world.database, world.blobs, parameters, "tests", progress)


def quiet(_told: Mapping[str, Any]) -> None:
    """Nobody listens."""


class Failing:
    """A progress that has the proxy fail from a stage on."""

    def __init__(self, proxy: FaultyProxy, stage: str) -> None:
        self._proxy = proxy
        self._stage = stage

    def __call__(self, told: Mapping[str, Any]) -> None:
        if told["stage"] == self._stage:
            self._proxy.fault = "cut_request"


@pytest.mark.usefixtures("few_tries")
def test_a_server_that_goes_away_in_the_middle(
    filled: World, proxy: FaultyProxy, tmp_path: Path
) -> None:
    to = (tmp_path / "backup").as_uri()
    for stage in ("rows", "blobs"):
        with pytest.raises(UnavailableError, match="is away"):
            backup(open_blob_store, asked(filled, Failing(proxy, stage), to=to))
        proxy.heal()
        assert not (tmp_path / "backup" / "backup.json").exists()
        # The claim to keep blobs lapses; nobody waits for that here.
        filled.database.command("TRUNCATE TABLE work_claims")
    taken = backup(open_blob_store, asked(filled, quiet, to=to))
    assert taken["missing_blobs"] == 0

    other = World(
        Database(Address.parse(proxy.url(f"care_{uuid.uuid4().hex}"))),
        FileBlobStore(tmp_path / "other"),
    )
    migrate(other.database)
    for stage in ("blobs", "making views"):
        with pytest.raises(UnavailableError, match="is away"):
            restore(open_blob_store, migrate, asked(other, Failing(proxy, stage), **{"from": to}))
        proxy.heal()
        filled.database.command(
            f"TRUNCATE TABLE IF EXISTS `{other.database.address.database}`.work_claims"
        )
    restored = restore(open_blob_store, migrate, asked(other, quiet, **{"from": to}))
    assert restored["rows"] == taken["rows"]
    report = examine(other.database, other.blobs, deep=True)
    assert report["findings"] == {}
    chunks = "SELECT * FROM replay_chunks FINAL ORDER BY ALL"
    assert other.database.query(chunks) == filled.database.query(chunks)


def test_a_server_that_goes_away_while_it_is_looked_at(filled: World, proxy: FaultyProxy) -> None:
    with proxy.failing("cut_request"), pytest.raises(UnavailableError, match="is away"):
        examine(filled.database, filled.blobs)
    assert examine(filled.database, filled.blobs)["findings"] == {}


@pytest.mark.usefixtures("few_tries")
def test_a_place_for_backups_that_is_full(filled: World, tmp_path: Path) -> None:
    full = FullDisk(tmp_path / "backup")

    def place(_url: str) -> BlobStore:
        return full

    full.full = True
    with pytest.raises(UnavailableError, match="no space left"):
        backup(place, asked(filled, quiet, to="file:///backup"))
    full.full = False
    assert backup(place, asked(filled, quiet, to="file:///backup"))["missing_blobs"] == 0


@pytest.mark.usefixtures("few_tries")
def test_a_store_that_is_full_while_a_project_is_restored(
    filled: World, proxy: FaultyProxy, tmp_path: Path
) -> None:
    to = (tmp_path / "backup").as_uri()
    backup(open_blob_store, asked(filled, quiet, to=to))
    blobs = FullDisk(tmp_path / "other")
    other = World(Database(Address.parse(proxy.url(f"care_{uuid.uuid4().hex}"))), blobs)
    migrate(other.database)
    blobs.full = True
    with pytest.raises(UnavailableError, match="no space left"):
        restore(open_blob_store, migrate, asked(other, quiet, **{"from": to}))
    assert other.database.query("SELECT * FROM replay_chunks") == []
    blobs.full = False
    restore(open_blob_store, migrate, asked(other, quiet, **{"from": to}))
    assert examine(other.database, other.blobs)["findings"] == {}

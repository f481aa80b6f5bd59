"""A project comes back from its backup as it was: rows, blobs, and nothing that was erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from otel_replay.care.backup.restore import restore
from otel_replay.care.backup.take import backup
from otel_replay.care.fsck import examine
from otel_replay.erasure.erase import silent
from otel_replay.errors import ConfigError, DamagedBlobError, NotFoundError
from otel_replay.jobs import Asked
from otel_replay.storage.blobs import BlobStore, open_blob_store
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.migrate import migrate
from tests.care.test_fsck import chunk, settle, store
from tests.support.database import temporary_database
from tests.support.faults import FaultyBlobs
from tests.support.s3_server import S3Server
from tests.support.sessions import World

COMPARED = ("otel_logs", "otel_traces", "replay_chunks", "session_events", "sessions")


def asked(world: World, **parameters: Any) -> Asked:
    named = {name.rstrip("_"): value for name, value in parameters.items()}
    return Asked(world.database, world.blobs, named, "tests", silent)


def take(world: World, folder: Path) -> dict[str, Any]:
    return backup(open_blob_store, asked(world, to=folder.as_uri()))


def bring_back(world: World, folder: Path) -> dict[str, Any]:
    return restore(open_blob_store, migrate, asked(world, from_=folder.as_uri()))


@pytest.fixture
def filled(alone: World) -> World:
    """A project with something of everything."""
    store(alone, [chunk("a", 0), chunk("b", 0)], [chunk("a", 1), chunk("b", 1)])
    for session_id in ("a", "b"):
        alone.navigation(session_id, "http://shop/")
        alone.request(session_id, alone.trace, "1" * 16, 1_000)
    alone.span(alone.trace, "2" * 16, exceptions=[("ValueError", "no coupon")])
    alone.backend_log("hello", alone.trace)
    settle(alone)
    return alone


@pytest.fixture
def other(engine_path: Path, tmp_path: Path) -> Iterator[World]:
    """A project without data, of another name."""
    with temporary_database(engine_path) as database:
        yield World(database, FileBlobStore(tmp_path / "other"))


def rows(world: World, table: str) -> list[dict[str, Any]]:
    final = "" if table in ("otel_logs", "otel_traces") else "FINAL"
    batch = ", Batch" if table in ("otel_logs", "otel_traces") else ""
    # Computed anew means the same.
    columns = "* EXCEPT Version" if table == "sessions" else "*"
    return world.database.query(f"SELECT {columns}{batch} FROM {table} {final} ORDER BY ALL")


def contents(blobs: BlobStore) -> dict[str, bytes]:
    return {blob.key: blobs.get(blob.key) for blob in blobs.list()}


def test_a_project_comes_back_under_another_name(
    filled: World, other: World, tmp_path: Path
) -> None:
    filled.database.command(
        "INSERT INTO otel_logs (Timestamp, Body) VALUES (now64(9), 'of a batch')",
        settings={"log_comment": "token-1"},
    )
    taken = take(filled, tmp_path / "backup")
    assert (taken["blobs"], taken["copied_blobs"], taken["missing_blobs"]) == (2, 2, 0)
    restored = bring_back(other, tmp_path / "backup")
    assert restored["rows"] == taken["rows"]
    for table in COMPARED:
        assert rows(other, table) == rows(filled, table), table
    assert contents(other.blobs) == contents(filled.blobs)
    assert [row["Batch"] for row in rows(other, "otel_logs") if row["Body"] == "of a batch"] == [
        "token-1"
    ]
    assert other.get("sessions/a/replay").data == filled.get("sessions/a/replay").data
    # It goes on from there: views derive from what comes in, once.
    other.navigation("c", "http://shop/")
    settle(other)
    assert other.session("c")["counts"]["pages"] == 1
    report = examine(other.database, other.blobs, deep=True)
    assert report["findings"] == {}
    assert side_databases(other) == side_databases(filled) == []


def test_what_was_read_off_a_recording_after_its_session_was_computed_counts(
    filled: World, other: World, tmp_path: Path
) -> None:
    """As when a backup falls between the two steps of a compaction: no news tells of it."""
    chunks = filled.database.query("SELECT Tab FROM replay_chunks WHERE SessionId = 'a'")
    inputs = {"SessionId": "a", "Tab": chunks[0]["Tab"], "Chunks": 2, "KeyPresses": 7}
    filled.database.insert("session_inputs", [inputs])
    filled.database.command("TRUNCATE TABLE session_touched")
    filled.database.command("TRUNCATE TABLE trace_touched")
    take(filled, tmp_path / "backup")
    bring_back(other, tmp_path / "backup")
    assert examine(other.database, other.blobs, deep=True)["findings"] == {}
    assert other.session("a")["counts"]["key_presses"] == 7


def test_a_backup_is_renewed_with_what_changed_only(filled: World, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    take(filled, folder)
    before = {blob.key for blob in FileBlobStore(folder).list()}
    store(filled, [chunk("a", 2)])
    again = take(filled, folder)
    assert (again["blobs"], again["copied_blobs"]) == (3, 1)
    after = {blob.key for blob in FileBlobStore(folder).list()}
    assert {key for key in before if key.startswith("blobs/")} < after
    # The rows of the backup before are gone.
    assert len({key.split("/")[1] for key in after if key.startswith("rows/")}) == 1


def test_a_blob_that_was_changed_is_copied_anew(
    filled: World, other: World, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    take(filled, folder)
    key = next(iter(contents(filled.blobs)))
    filled.blobs.put(key, bytes(len(filled.blobs.get(key))))
    assert take(filled, folder)["copied_blobs"] == 1
    bring_back(other, folder)
    assert contents(other.blobs) == contents(filled.blobs)
    assert len(list(FileBlobStore(folder).list("blobs/"))) == 2


def test_a_project_with_data_is_left_alone(filled: World, tmp_path: Path) -> None:
    take(filled, tmp_path / "backup")
    before = rows(filled, "replay_chunks")
    with pytest.raises(ConfigError, match="has data"):
        bring_back(filled, tmp_path / "backup")
    assert rows(filled, "replay_chunks") == before


def test_a_folder_without_a_backup_is_refused(other: World, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no finished backup .*backup\.json"):
        bring_back(other, tmp_path / "nothing")


@pytest.mark.parametrize("kind", ["rows/", "blobs/packs/", "backup.json"])
def test_a_damaged_backup_restores_nothing(
    filled: World, other: World, tmp_path: Path, kind: str
) -> None:
    take(filled, tmp_path / "backup")
    store_ = FileBlobStore(tmp_path / "backup")
    key = next(blob.key for blob in store_.list(kind) if "/sessions/" not in blob.key)
    data = bytearray(store_.get(key))
    data[len(data) // 2] ^= 1
    store_.put(key, bytes(data))
    with pytest.raises(DamagedBlobError, match=r"fails its checksum|no manifest"):
        bring_back(other, tmp_path / "backup")
    assert rows(other, "replay_chunks") == []
    assert rows(other, "otel_logs") == []


def test_a_blob_that_is_missing_is_said(filled: World, other: World, tmp_path: Path) -> None:
    gone, *_ = contents(filled.blobs)
    filled.blobs.delete(gone)
    taken = take(filled, tmp_path / "backup")
    assert (taken["blobs"], taken["missing"]) == (1, [gone])
    assert bring_back(other, tmp_path / "backup")["missing_blobs"] == 1


class Cut(BaseException):
    """As kill -9: nothing catches it."""


def cut(*_arguments: Any) -> Any:
    raise Cut


def fail_at(statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts off what runs a statement with this text in it, before it does."""
    command = Database.command

    def failing(self: Database, sql: str, *arguments: Any, **named: Any) -> None:
        if statement in sql:
            monkeypatch.setattr(Database, "command", command)
            raise Cut
        command(self, sql, *arguments, **named)

    monkeypatch.setattr(Database, "command", failing)


@pytest.mark.parametrize(
    "statement",
    ["MODIFY COLUMN", "__restore` TO", "__replaced`", "DROP DATABASE IF EXISTS", "DROP TABLE"],
)
def test_a_restore_that_is_cut_off_is_ended_by_the_next_one(
    filled: World, other: World, tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(filled, tmp_path / "backup")
    fail_at(statement, monkeypatch)
    with pytest.raises(Cut):
        bring_back(other, tmp_path / "backup")
    bring_back(other, tmp_path / "backup")
    for table in COMPARED:
        assert rows(other, table) == rows(filled, table), table
    assert contents(other.blobs) == contents(filled.blobs)
    assert side_databases(other) == []
    with pytest.raises(ConfigError, match="has data"):
        bring_back(other, tmp_path / "backup")


def side_databases(world: World) -> list[str]:
    statement = (
        "SELECT name FROM system.databases WHERE startsWith(name, concat(currentDatabase(), '__'))"
    )
    return [row["name"] for row in world.database.query(statement)]


def test_a_backup_that_is_cut_off_leaves_the_one_before(
    filled: World, other: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backup"
    take(filled, folder)
    before = rows(filled, "replay_chunks")
    store(filled, [chunk("c", 0)])
    monkeypatch.setattr("otel_replay.care.backup.take.write_manifest", cut)
    with pytest.raises(Cut):
        take(filled, folder)
    monkeypatch.undo()
    bring_back(other, folder)
    assert rows(other, "replay_chunks") == before
    taken = take(filled, folder)
    assert (taken["blobs"], taken["copied_blobs"]) == (3, 0)
    assert side_databases(filled) == []


def test_what_was_erased_since_the_backup_does_not_come_back(
    filled: World, other: World, tmp_path: Path
) -> None:
    take(filled, tmp_path / "backup")
    tombstone = {"SessionId": "a", "ErasedAt": datetime.now(UTC), "ErasureId": "e"}
    other.database.insert("erased_sessions", [tombstone])
    bring_back(other, tmp_path / "backup")
    assert {row["SessionId"] for row in rows(other, "replay_chunks")} == {"b"}
    assert {row["SessionId"] for row in rows(other, "otel_logs")} == {"b", ""}
    assert other.get("sessions/a").status_code == 404
    assert len(rows(other, "erased_sessions")) == 1
    assert examine(other.database, other.blobs, deep=True)["findings"] == {}


def test_neighbours_that_fail_now_and_then_do_not_matter(
    filled: World, other: World, tmp_path: Path
) -> None:
    def faulty(url: str) -> BlobStore:
        return FaultyBlobs(open_blob_store(url), 0.3)

    folder = (tmp_path / "backup").as_uri()
    source = Asked(filled.database, FaultyBlobs(filled.blobs, 0.3), {"to": folder}, "", silent)
    backup(faulty, source)
    target = Asked(other.database, FaultyBlobs(other.blobs, 0.3), {"from": folder}, "", silent)
    restore(faulty, migrate, target)
    assert contents(other.blobs) == contents(filled.blobs)
    report = examine(other.database, FaultyBlobs(other.blobs, 0.3), deep=True)
    assert report["findings"] == {}


@pytest.mark.usefixtures("s3_credentials")
def test_a_backup_can_lie_in_s3(filled: World, other: World, s3_server: S3Server) -> None:
    where = f"s3://{s3_server.make_bucket('backups')}/shop"
    place = partial(open_blob_store, s3=s3_server.options())
    assert backup(place, asked(filled, to=where))["blobs"] == 2
    assert backup(place, asked(filled, to=where))["copied_blobs"] == 0
    restore(place, migrate, asked(other, from_=where))
    assert contents(other.blobs) == contents(filled.blobs)
    assert rows(other, "replay_chunks") == rows(filled, "replay_chunks")

"""``otel-replay backup``: rows as of one moment, the blobs they refer to, then the manifest."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from otel_replay import __version__
from otel_replay.care.backup import snapshot
from otel_replay.care.backup.form import (
    BLOBS,
    ROWS,
    File,
    Manifest,
    Table,
    find_manifest,
    read_lists,
    write_file,
    write_manifest,
)
from otel_replay.care.backup.payload import Payload
from otel_replay.care.patience import PatientBlobs
from otel_replay.errors import OverloadedError
from otel_replay.jobs import Asked, Progress
from otel_replay.sessions.garbage import DELETE_CLAIM, KEEP_CLAIM
from otel_replay.storage.alter import only_plain_tables
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.storage.migrate import known

SUFFIX = "__backup"
LEASE_S = 30.0
PATIENCE_S = 2 * LEASE_S
"""How long a backup waits for another, which may have been killed, when it begins."""
DELETING_S = 900.0
"""How long a backup waits for blobs that are being deleted when it begins."""
EXAMPLES = 20

Open = Callable[[str], BlobStore]
"""Opens the blob store of an address. Raises ConfigError."""


def backup(open_store: Open, asked: Asked) -> dict[str, Any]:
    """The job. Parameter ``to``: the address of a folder or bucket.

    Raises ConfigError, InvalidDataError, OverloadedError, QueryError and UnavailableError.
    """
    asked.only("to")
    only_plain_tables(asked.database, "a backup")
    where = asked.text("to")
    target = PatientBlobs(open_store(where))
    return Backup(asked.database, PatientBlobs(asked.blobs), target, where, asked.progress).take()


@dataclass
class Backup:
    """One backup of a project."""

    database: Database
    blobs: BlobStore
    target: BlobStore
    where: str
    say: Progress

    def take(self) -> dict[str, Any]:
        """Writes it; returns what there is in it."""
        started = time.monotonic()
        with (
            keeping_blobs(self.database, self.say) as lost,
            snapshot.side_database(self.database, SUFFIX) as side,
        ):
            manifest, copied = self._write(side, lost)
        self._clear(manifest)
        return {
            **_report(manifest),
            "copied_blobs": copied["copied"],
            "copied_bytes": copied["copied_bytes"],
            "seconds": round(time.monotonic() - started, 3),
        }

    def _write(self, side: Database, lost: threading.Event) -> tuple[Manifest, dict[str, int]]:
        before = find_manifest(self.target, self.where)
        started = datetime.now(UTC)
        name = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        folder = f"{ROWS}{name}/"
        names = snapshot.kept_tables(self.database)
        snapshot.clone(self.database, side, names)
        tables = [self._table(side, folder, t) for t in names if t not in snapshot.ERASURES]
        payload = Payload(side, self.blobs, self.target, folder, before, self.say)
        lists = payload.run()
        ended = datetime.now(UTC)
        late = [name for name in names if name in snapshot.ERASURES]
        snapshot.clone(self.database, side, late)
        tables += [self._table(side, folder, table) for table in late]
        if lost.is_set():
            raise OverloadedError(
                "the claim to keep blobs was lost while the backup was made, so some may be gone:"
                " run it again, it goes on from here"
            )
        manifest = Manifest(
            id=name,
            project=self.database.address.database,
            version=__version__,
            started_at=started.isoformat(),
            ended_at=ended.isoformat(),
            migrations=known(),
            tables=tables,
            blob_lists=lists,
            blobs=payload.figures["blobs"],
            blob_bytes=payload.figures["bytes"],
            missing=payload.missing,
        )
        write_manifest(self.target, manifest)
        return manifest, payload.figures

    def _table(self, side: Database, folder: str, table: str) -> Table:
        columns = snapshot.columns(side, table)
        (counted,) = side.query(f"SELECT count() AS rows FROM `{table}`")
        files: list[File] = []
        for part in snapshot.slices(side, table):
            data = snapshot.read(side, table, columns, part)
            key = f"{folder}{table}/{len(files):06}.native.zst"
            files.append(write_file(self.target, key, data))
            self.say({"stage": "rows", "table": table, "files": len(files)})
        return Table(table, columns, counted["rows"], files)

    def _clear(self, manifest: Manifest) -> None:
        """Deletes what the backup before had and this one does not."""
        self.say({"stage": "clearing"})
        kept = f"{ROWS}{manifest.id}/"
        for blob in self.target.list(ROWS):
            if not blob.key.startswith(kept):
                self.target.delete(blob.key)
        copies = (copy.copy_key for copy in read_lists(self.target, manifest.blob_lists))
        current = next(copies, "")
        for blob in self.target.list(BLOBS):
            while current and current < blob.key:
                current = next(copies, "")
            if blob.key != current:
                self.target.delete(blob.key)


@contextmanager
def keeping_blobs(database: Database, say: Progress) -> Iterator[threading.Event]:
    """No blob is deleted within; gives an event that is set when that could not be kept up.

    Waits for a claim of a process that was killed to lapse, and until nobody deletes blobs: who
    begins to from now on sees that they are to be kept. Raises OverloadedError.
    """
    claims = Claims(database)
    with ExitStack() as stack:
        lost = _claimed(claims, stack, say)
        _wait_for_deleting(claims, say)
        held = stack.pop_all()
    try:
        yield lost
    finally:
        # A restore leaves the claim in the database that it replaced.
        with suppress(QueryError):
            held.close()


def _claimed(claims: Claims, stack: ExitStack, say: Progress) -> threading.Event:
    def waiting() -> None:
        say({"stage": "waiting", "for": "another backup or restore"})

    holding = claims.holding(KEEP_CLAIM, lease_s=LEASE_S, patience_s=PATIENCE_S, waiting=waiting)
    try:
        return stack.enter_context(holding)
    except OverloadedError as exc:
        raise OverloadedError(
            "another backup or restore of this project is under way: wait until it is done", LEASE_S
        ) from exc


def _wait_for_deleting(claims: Claims, say: Progress) -> None:
    deadline = time.monotonic() + DELETING_S
    while holders := claims.holders(DELETE_CLAIM):
        if time.monotonic() > deadline:
            holder = next(iter(holders.values()))
            raise OverloadedError(f"{holder} has been deleting blobs for long: try again later", 60)
        say({"stage": "waiting", "for": "blobs that are being deleted"})
        threading.Event().wait(0.5)


def _report(manifest: Manifest) -> dict[str, Any]:
    return {
        "id": manifest.id,
        "project": manifest.project,
        "rows": {table.name: table.rows for table in manifest.tables},
        "blobs": manifest.blobs,
        "blob_bytes": manifest.blob_bytes,
        "missing_blobs": len(manifest.missing),
        "missing": manifest.missing[:EXAMPLES],
    }

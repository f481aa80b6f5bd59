"""The blob store fails now and then; the disk is full."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from otel_replay.errors import UnavailableError
from otel_replay.storage.blobs.file import FileBlobStore
from tests.faults.conftest import Receiving, Start
from tests.faults.load import PROTOBUF, Load
from tests.support.faults import FaultyBlobs
from tests.support.otlp import logs_request
from tests.support.process import Up, wait_for


def test_a_blob_store_that_fails_three_times_in_ten(start: Start, tmp_path: Path) -> None:
    store = FileBlobStore(tmp_path / "blobs")
    faulty = FaultyBlobs(store, share=0.3)
    with start(blobs=faulty) as receiving:
        with receiving.load() as load:
            wait_for("failures", lambda: faulty.failures >= 5)
            receiving.wait_for_more(load, 10)
        receiving.wait_until_drained()
        receiving.count(load).check()
        for sender in load.senders:
            rows = receiving.clickhouse.sql(
                f"SELECT Blob, Offset, Length FROM replay_chunks FINAL WHERE Tab = '{sender.tab}'",
                receiving.database,
            )
            assert len(rows) >= len(sender.chunks)
            for row in rows:
                store.get(row["Blob"], int(row["Offset"]), int(row["Length"]))
        # A batch that is tried again makes no second pack.
        packs = {
            row["Blob"]
            for row in receiving.clickhouse.sql(
                "SELECT DISTINCT Blob FROM replay_chunks", receiving.database
            )
        }
        assert {blob.key for blob in store.list()} <= packs


class FullDisk(FileBlobStore):
    """Has no room while told so."""

    full = False

    def put(self, key: str, data: bytes) -> None:
        if self.full:
            raise UnavailableError(f"blob {key} cannot be written: no space left on device")
        super().put(key, data)


def waiting(receiving: Receiving) -> set[str]:
    """Kinds of data in the spool. On a slow machine any may pass through it."""
    return {path.parent.name for path in receiving.spool.rglob("*.spool")}


def test_a_disk_without_room_for_packs_is_waited_for(start: Start, tmp_path: Path) -> None:
    blobs = FullDisk(tmp_path / "blobs")
    with start(blobs=blobs) as receiving:
        with receiving.load() as load:
            receiving.wait_for_more(load, 8)
            blobs.full = True
            receiving.wait_for_more(load, 16)
            wait_for("only chunks to wait", lambda: waiting(receiving) == {"replay"})
            blobs.full = False
        receiving.wait_until_drained()
        receiving.count(load).check()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own with little room. Skips the test where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        if subprocess.run(mount, capture_output=True, timeout=60).returncode:
            pytest.skip("this machine does not let us mount a small disk")
    except FileNotFoundError:
        pytest.skip("there is no mount on this machine")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=60)


def test_a_disk_that_is_full_refuses_for_now_and_loses_nothing(
    start: Start, tmp_path: Path
) -> None:
    """ClickHouse is away and the spool's disk fills up, then both are well again."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        ballast = disk / "ballast"
        with start(spool=disk / "spool") as receiving:
            with receiving.load() as load:
                receiving.wait_for_more(load, 8)
                receiving.proxy.refuse()
                receiving.wait_for_more(load, 8)
                fill(ballast)
                wait_for("a refusal", lambda: any(s.answers[503] for s in load.senders))
                ballast.unlink()
                receiving.wait_for_more(load, 8)
                receiving.proxy.listen()
                receiving.wait_for_more(load, 4)
            receiving.wait_until_drained()
            assert receiving.spooled("damaged") == 0
            assert [text for sender in load.senders for text in sender.unhelpful] == []
            receiving.count(load).check()


def test_up_outlives_a_full_disk(tmp_path: Path) -> None:
    """Tables, blobs and the spool on one disk, as they are with the embedded ClickHouse."""
    with (
        small_disk(tmp_path / "disk", "120m") as disk,
        Up(disk / "data", "--commit-delay-ms", "10") as up,
    ):
        with Load(lambda: str(up.addresses["otlp_http"])) as load:
            wait_for("traffic", load.is_mixed)
            fill(disk / "ballast")
            wait_for("refusals", lambda: any(s.answers[503] for s in load.senders))
            (disk / "ballast").unlink()
            goal = load.acknowledged() + 8
            wait_for("traffic again", lambda: load.acknowledged() >= goal)
        spool = disk / "data" / "spool"
        wait_for("the spool to be drained", lambda: not any(spool.rglob("*.spool")))
        load.count(up.sql).check()
        assert up.terminate() == 0


def fill(ballast: Path) -> None:
    """Takes all room that is left."""
    # Writing ends with ENOSPC; the refusals that follow are what is looked for.
    with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_a_spool_at_its_limit_says_so_and_when_to_come_back(start: Start) -> None:
    with start(spool_limit=2000) as receiving:
        receiving.proxy.refuse()
        body = logs_request([{"body": "x" * 5000}]).SerializeToString()
        response = requests.post(f"{receiving.url}/v1/logs", body, headers=PROTOBUF, timeout=60)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert b"spool" in response.content
        receiving.proxy.listen()

"""Recordings go to S3, and wait on the disk while it is away."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_kill import check_recordings
from tests.faults.load import Load
from tests.support.process import Up, wait_for
from tests.support.s3_server import S3Server

pytestmark = pytest.mark.usefixtures("s3_credentials")


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3Server]:
    """An S3 of the test's own, to be killed and brought back, with the bucket "replays"."""
    with S3Server(tmp_path / "s3") as server:
        server.make_bucket("replays")
        yield server


def up_with(s3: S3Server, data: Path, *options: str) -> Up:
    blobs = ["--blobs", "s3://replays/production", "--s3-endpoint", s3.url]
    return Up(data, *blobs, "--commit-delay-ms", "20", *options)


def waiting(data: Path) -> set[str]:
    """Kinds of what waits on the disk."""
    return {path.parent.name for path in (data / "spool").rglob("*.spool")}


def test_nothing_is_lost_while_s3_is_away(s3: S3Server, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up_with(s3, data) as up:
        with Load(lambda: str(up.addresses["otlp_http"]), 2) as load:
            wait_for("traffic", load.is_mixed)
            with s3.away():
                wait_for("chunks to wait", lambda: waiting(data) == {"replay"})
                goal = load.acknowledged() + 10
                wait_for("traffic without S3", lambda: load.acknowledged() >= goal)
            goal = load.acknowledged() + 10
            wait_for("traffic again", lambda: load.acknowledged() >= goal)
        wait_for("the spool to be drained", lambda: not waiting(data))
        assert {status for sender in load.senders for status in sender.answers} == {200}
        load.count(up.sql).check()
        check_recordings(up, load)
        stored = [blob.key for blob in s3.store("replays").list()]
        assert stored
        assert all(key.startswith("production/packs/") for key in stored)
        assert not (data / "blobs").exists()
        asked = up.get("/api/v1/status")["blobs"]["requests_last_hour"]
        assert asked["PUT"] >= len(stored)
        assert asked["GET"] > 0
        assert up.terminate() == 0


def test_it_starts_without_s3_and_takes_what_comes(s3: S3Server, tmp_path: Path) -> None:
    data = tmp_path / "data"
    s3.stop()
    with up_with(s3, data) as up:
        with Load(lambda: str(up.addresses["otlp_http"]), 1) as load:
            wait_for("traffic", load.is_mixed)
            # On a slow machine, other kinds may pass through the spool as well.
            wait_for("only chunks to wait", lambda: waiting(data) == {"replay"})
        s3.start()
        wait_for("the spool to be drained", lambda: not waiting(data))
        with s3.frozen(), Load(lambda: str(up.addresses["otlp_http"]), 1) as meanwhile:
            wait_for("chunks to be taken while S3 hangs", meanwhile.is_mixed)
            wait_for("only chunks to wait", lambda: waiting(data) == {"replay"})
        wait_for("the spool to be drained", lambda: not waiting(data))
        for senders in (load, meanwhile):
            assert {status for sender in senders.senders for status in sender.answers} == {200}
            senders.count(up.sql).check()
            check_recordings(up, senders)


def test_packs_come_no_more_often_than_is_set(s3: S3Server, tmp_path: Path) -> None:
    with up_with(s3, tmp_path / "data", "--max-pack-puts-per-hour", "1000") as up:
        began = time.monotonic()
        with Load(lambda: str(up.addresses["otlp_http"]), 3) as load:
            wait_for("chunks", lambda: sum(len(s.chunks) for s in load.senders) >= 33)
        took_s = time.monotonic() - began
        packs = len(list(s3.store("replays").list()))
        # Eight at once, and then one every 3.6 s; one more when the time begins anew.
        assert packs <= 8 + took_s / 3.6 + 1
        assert {status for sender in load.senders for status in sender.answers} == {200}
        load.count(up.sql).check()
        assert up.get("/api/v1/status")["blobs"]["requests_last_hour"]["PUT"] == packs


@pytest.mark.parametrize("command", ["up", "receive"])
def test_a_wrong_bucket_ends_the_start_with_a_sentence(
    command: str, s3: S3Server, tmp_path: Path
) -> None:
    server = ["--clickhouse", "http://127.0.0.1:9", "--workers", "2"]
    result = subprocess.run(
        [
            *(sys.executable, "-m", "otel_replay", command, "--data", str(tmp_path / "data")),
            *("--blobs", "s3://replay", "--s3-endpoint", s3.url),
            *(server if command == "receive" else ()),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 2
    assert "there is no bucket 'replay': create it" in result.stderr

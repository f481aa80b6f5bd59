"""kill -9 in the middle of traffic: what was acknowledged is there, once, and can be played."""

from __future__ import annotations

import random
from pathlib import Path

import requests

from tests.faults.kill import kill_receive, kill_up
from tests.faults.kill_care import check_settled
from tests.faults.load import Load
from tests.support.process import Up


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    _rounds, tally = kill_up(
        tmp_path, lambda rounds: rounds < 2, random.Random(), inspect=check_recordings
    )
    tally.check()


def test_what_waits_in_the_spool_survives_kill_9(tmp_path: Path) -> None:
    _rounds, tally = kill_receive(tmp_path, lambda rounds: rounds < 3, random.Random())
    tally.check()


def check_recordings(up: Up, load: Load) -> None:
    """Index before bytes would list what cannot be played: every row must have its bytes."""
    check_settled(up)
    for sender in load.senders:
        rows = up.sql(f"SELECT Seq FROM replay_chunks FINAL WHERE Tab = '{sender.tab}'")
        stored = sorted(int(row["Seq"]) for row in rows)
        assert stored == list(range(len(stored)))
        assert set(sender.chunks) <= set(stored)
        replay = requests.get(
            f"{up.addresses['ui']}/api/v1/sessions/{sender.session}/replay", timeout=60
        )
        assert replay.status_code == 200
        assert len(replay.text.splitlines()) == len(stored)
        assert "otel_replay.damaged" not in replay.text

"""kill -9 while recordings are compacted, erased, backed up and restored leaves nothing behind."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.kill_care import (
    kill_all,
    kill_backup,
    kill_erasing,
    kill_restore,
    kill_working,
)


@pytest.mark.timeout(900)
def test_nothing_is_lost_or_left_over_by_kill_9(tmp_path: Path) -> None:
    scene = kill_all(
        tmp_path,
        (kill_working, kill_erasing, kill_backup),
        lambda rounds: rounds < 3,
        random.Random(),
    )
    assert set(scene.rounds) == {"compaction", "erasure", "backup"}


@pytest.mark.timeout(900)
def test_a_restore_that_was_killed_is_ended_by_the_next_one(tmp_path: Path) -> None:
    assert kill_restore(tmp_path, lambda rounds: rounds < 1, random.Random()) >= 1

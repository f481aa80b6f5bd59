"""What a process leaves in its data folder for others to find it by."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from otel_replay.cli.lock import DataFolder, read_token
from otel_replay.errors import InUseError


def test_the_token_is_for_the_owner_alone_and_new_each_time(tmp_path: Path) -> None:
    (tmp_path / "otel-replay.token").write_text("left by a process that was killed")
    (tmp_path / "otel-replay.token").chmod(0o644)
    with DataFolder(tmp_path) as first:
        mode = (tmp_path / "otel-replay.token").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
        assert read_token(tmp_path) == first.token
        with pytest.raises(InUseError, match="in use by process"), DataFolder(tmp_path):
            pass
        assert read_token(tmp_path) == first.token
    assert read_token(tmp_path) == ""
    with DataFolder(tmp_path) as second:
        assert second.token != first.token
        assert len(second.token) >= 32

"""A running product with its demo shop, and a place for pictures of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Up


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """``otel-replay up --demo`` on free ports."""
    with Up(tmp_path_factory.mktemp("up"), "--demo") as running:
        yield running


@pytest.fixture
def pictures() -> Path:
    """Folder for screenshots, kept after the run."""
    folder = Path(__file__).parents[2] / "test-output"
    folder.mkdir(exist_ok=True)
    return folder

"""A running product, and what the senders are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Up

JS = Path(__file__).parents[1] / "js"


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """``otel-replay up`` on free ports, with empty tables."""
    with Up(tmp_path_factory.mktemp("senders")) as running:
        yield running


@pytest.fixture(scope="session")
def js() -> Path:
    """Folder of the npm package for tests, installed and built."""
    for needed in (JS / "node_modules", JS / "dist"):
        assert needed.is_dir(), f"{needed} is missing: run make setup, or npm ci && npm run build"
    return JS

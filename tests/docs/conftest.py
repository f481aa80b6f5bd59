"""One running product for the commands and queries of the documentation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.process import Up

ADMIN_TOKEN = "admin-token-of-the-documentation"


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """``otel-replay up`` on free ports, with empty tables."""
    with Up(tmp_path_factory.mktemp("docs"), "--admin-token", ADMIN_TOKEN) as running:
        yield running

"""One running shop and one collector for all tests of the demo that only visit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from otel_replay.demo import start_demo
from tests.demo.collector import Collector, collecting


@dataclass(frozen=True)
class Shop:
    """The shop's address, and the collector that its services send to."""

    address: str
    collector: Collector

    def customer(self) -> requests.Session:
        """Return a browser of a new customer."""
        session = requests.Session()
        # Proxies of the machine are not for what runs on it.
        session.trust_env = False
        return session


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A running shop on free ports."""
    with collecting() as collector:
        demo = start_demo("127.0.0.1", 0, collector.endpoint, tmp_path_factory.mktemp("demo"))
        try:
            yield Shop(demo.address, collector)
        finally:
            demo.stop()

"""A receiver for all tests here, and the API over what it stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import requests
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from otel_replay.sessions.derive import derive
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from tests.receivers.conftest import LoopThread, Receiver, start_receiver
from tests.support.rum import Event, Record, request
from tests.support.sessions import World, new_id


@dataclass
class Player:
    """Sends replay logs of one session, and asks the API what came of them."""

    receiver: Receiver
    world: World
    id: str
    _computed: bool = False

    def send(self, message: ExportLogsServiceRequest) -> ExportLogsServiceResponse:
        response = requests.post(
            f"{self.receiver.http}/v1/logs",
            message.SerializeToString(),
            headers={"Content-Type": "application/x-protobuf"},
            timeout=30,
        )
        assert response.status_code == 200, response.text
        self._computed = False
        answer = ExportLogsServiceResponse()
        answer.ParseFromString(response.content)
        return answer

    def deliver(self, *groups: Sequence[Record]) -> None:
        """Sends a request for each group; every record must be taken."""
        for group in groups:
            answer = self.send(request(group, self.id))
            assert not answer.HasField("partial_success"), answer

    def tabs(self) -> list[dict[str, Any]]:
        self._compute()
        tabs: list[dict[str, Any]] = self.world.json(f"sessions/{self.id}/manifest")["tabs"]
        return tabs

    def tab(self) -> dict[str, Any]:
        (tab,) = self.tabs()
        return tab

    def parts(self, query: str = "") -> list[list[Event]]:
        """The lines of the replay, one for each part."""
        self._compute()
        response = self.world.get(f"sessions/{self.id}/replay{query}")
        assert response.status_code == 200, response.text
        return [orjson.loads(line) for line in response.data.splitlines()]

    def events(self, query: str = "") -> list[Event]:
        return [event for part in self.parts(query) for event in part]

    def gaps(self) -> list[tuple[int, int]]:
        return [(gap["from_seq"], gap["to_seq"]) for gap in self.tab()["gaps"]]

    def _compute(self) -> None:
        """Makes the session's row, as the worker does: without one, each question computes it."""
        if not self._computed:
            derive(self.world.database, [self.id], int(self.world.clock() * 1000))
            self._computed = True


@pytest.fixture(scope="module")
def shared_receiver(
    shared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Receiver, World]]:
    blobs = FileBlobStore(tmp_path_factory.mktemp("blobs"))
    create_ingest_tables(shared_database)
    thread = LoopThread()
    consumer = StorageConsumer(shared_database, blobs, CommitLimits(max_delay_s=0.01))
    thread.loop.call_soon_threadsafe(consumer.start)
    server, receiver = start_receiver(thread, consumer)
    yield receiver, World(shared_database, blobs)
    thread.call(server.stop())
    thread.call(consumer.close())
    thread.close()


@pytest.fixture
def player(shared_receiver: tuple[Receiver, World]) -> Player:
    """A session of the test's own."""
    receiver, world = shared_receiver
    return Player(receiver, world, new_id())

"""``otel-replay up`` compacts what has finished by itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import requests

from tests.support.otlp import SESSION_ID, chunk_record, logs_request
from tests.support.process import Up, wait_for


def test_a_session_that_has_ended_moves_into_an_object_of_its_own(tmp_path: Path) -> None:
    with Up(tmp_path / "data", "--compact-after-s", "0") as up:
        send(up, [chunk_record(seq) for seq in range(3)], "otel_replay.recorder")
        end = {
            "event_name": "session.end",
            "time_unix_nano": time.time_ns(),
            "attributes": {"session.id": SESSION_ID},
        }
        send(up, [end], "otel_replay.browser")
        folder = up.data / "blobs" / "sessions"
        wait_for("the object", lambda: list(folder.glob(f"*/{SESSION_ID}/*-*")))
        (row,) = wait_for(
            "the session's row",
            lambda: up.sql("SELECT Chunks FROM sessions FINAL WHERE LooseChunks = 0"),
        )
        assert int(row["Chunks"]) == 3
        replay = requests.get(
            f"{up.addresses['ui']}/api/v1/sessions/{SESSION_ID}/replay", timeout=60
        )
        events = [json.loads(line)[0] for line in replay.text.splitlines()]
        assert [event["data"]["seq"] for event in events] == [0, 1, 2]


def send(up: Up, records: list[dict[str, Any]], scope: str) -> None:
    body = logs_request(records, scope_name=scope).SerializeToString()
    headers = {"content-type": "application/x-protobuf"}
    url = f"{up.addresses['otlp_http']}/v1/logs"
    assert requests.post(url, body, headers=headers, timeout=60).status_code == 200

"""What Splunk's agent 2.5 and its recorder 3.1 sent from a page in Chromium, byte for byte."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import requests
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from tests.receivers.formats.conftest import Player

DATA = Path(__file__).parent / "data"
SESSION_ID = "95c67f11bc1414b31ee6969e0e637aab"
TAB = "67f9c3661ca2a5d7"


def post(player: Player, signal: str, file: str, **headers: str) -> requests.Response:
    # The agent cannot set a header for its key.
    url = f"{player.receiver.http}/v1/{signal}?auth=a-key"
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = requests.post(url, (DATA / file).read_bytes(), headers=names, timeout=60)
    assert response.status_code == 200, response.text
    return response


def test_the_session_tells_what_the_agent_reported(player: Player) -> None:
    post(player, "traces", "splunk-2.5-spans.json", Content_Type="application/json")
    path = f"sessions/{SESSION_ID}/events"
    titles = defaultdict(list)
    for event in player.world.json(path)["events"]:
        titles[event["kind"]].append(event["title"])
        assert event["tab"] == TAB
    assert titles["click"] == ['//*[@id="b"]']
    assert titles["console"] == ["bad"]
    assert titles["error"] == ["Error: boom"]
    assert titles["request"] == ["GET /api"]
    assert len(titles["navigation"]) == 2
    assert "LCP 164" in titles["vital"]


def test_a_segment_is_refused_with_the_reason(player: Player) -> None:
    response = post(
        player,
        "logs",
        "splunk-3.1-segment.otlp.gz",
        Content_Type="application/x-protobuf",
        Content_Encoding="gzip",
    )
    answer = ExportLogsServiceResponse()
    answer.ParseFromString(response.content)
    assert answer.partial_success.rejected_log_records == 1
    assert "not rrweb" in answer.partial_success.error_message
    rows = player.world.database.query(
        "SELECT count() AS n FROM replay_chunks WHERE SessionId = {id:String}", {"id": SESSION_ID}
    )
    assert rows == [{"n": 0}]

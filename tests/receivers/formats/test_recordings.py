"""Replay logs of other recorders are played back whole, however they came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import requests
from google.protobuf.json_format import MessageToDict

from tests.receivers.formats.conftest import Player
from tests.support.rum import ZERO_MS, Record, event, recording, records, request

Groups = list[list[Record]]


def alternating(items: list[Record]) -> Groups:
    return [items[1::2], items[0::2]]


def singly(items: list[Record]) -> Groups:
    return [[item] for item in items]


DELIVERIES: dict[str, Callable[[list[Record]], Groups]] = {
    "at once": lambda items: [items],
    "reversed": lambda items: [items[::-1]],
    "in three requests": lambda items: [items[:3], items[3:6], items[6:]],
    "in requests that come backwards": lambda items: [items[6:], items[3:6], items[:3]],
    "one by one": singly,
    "one by one, backwards": lambda items: singly(items)[::-1],
    "every other one": alternating,
    "twice": lambda items: [items, items],
    "twice, grouped otherwise": lambda items: [items[:6], items[6:], items[:4], items[4:7]],
    "in overlapping groups": lambda items: [items[:5], items[2:7], items[4:]],
    "shorter the second time": lambda items: [items, items[:4]],
    "all after one": lambda items: [items[5:6], items],
    "each record twice": lambda items: [[item for item in items for _ in (0, 1)]],
}


WHOLE = ("at once", "reversed", "one by one", "in overlapping groups", "shorter the second time")
CASES = [*((name, 120) for name in DELIVERIES), *((name, 950 * 1024) for name in WHOLE)]


@pytest.mark.parametrize(("delivery", "limit"), CASES)
def test_every_event_is_there_once_and_in_order(player: Player, delivery: str, limit: int) -> None:
    events = recording(7, snapshot=2, html="<p>" + "x" * 300)
    player.deliver(*DELIVERIES[delivery](records(events, limit)))
    assert player.events() == events
    assert player.gaps() == []
    chunks = player.tab()["chunks"]
    assert sum(chunks["events"]) == len(events)
    # Playback starts at the snapshot, with the Meta event that tells the size of the window. The
    # player asks for parts by the numbers in the manifest.
    (checkpoint,) = chunks["checkpoint"]
    for seq in (checkpoint, chunks["seq"][-1]):
        (part,) = player.parts(f"?from_seq={seq}&to_seq={seq}")
        types = [event["type"] for event in part]
        assert types[:2] == [4, 2] if seq == checkpoint else 2 not in types


def test_the_session_counts_each_event_once(player: Player) -> None:
    items = records(recording(20))
    player.deliver(items[:9], items[5:], items[:3], items)
    player.world.worker.run_once()
    session = player.world.session(player.id)
    assert session["has_replay"] is True
    assert session["gaps"] == 0
    assert session["service"] == "shop-web"
    rows = player.world.database.query(
        "SELECT Events FROM sessions FINAL WHERE SessionId = {id:String}", {"id": player.id}
    )
    assert rows == [{"Events": 20}]


@pytest.mark.parametrize(
    ("lost", "gap"), [(slice(0, 3), (0, 2)), (slice(5, 6), (5, 5)), (slice(8, 12), (8, 11))]
)
def test_a_hole_is_a_gap(player: Player, lost: slice, gap: tuple[int, int]) -> None:
    events = recording(20, snapshot=15)
    items = records(events)
    player.deliver(items[: lost.start], items[lost.stop :])
    assert player.gaps() == [gap]
    assert player.events() == [*events[: lost.start], *events[lost.stop :]]
    player.world.worker.run_once()
    assert player.world.session(player.id)["gaps"] == 1


def test_a_hole_within_one_request_is_a_gap_too(player: Player) -> None:
    items = records(recording(10))
    player.deliver([*items[:4], *items[7:]])
    assert player.gaps() == [(4, 6)]


@pytest.mark.parametrize("lost", [0, 1, 3])
def test_an_event_that_lacks_a_piece_is_damaged_and_the_rest_plays(
    player: Player, lost: int
) -> None:
    events = [*recording(4), event(4, html="x" * 400), event(5), event(6)]
    items = records(events, 150)
    first = next(i for i, item in enumerate(items) if item["attributes"]["rr-web.event"] == 5)
    del items[first + lost]
    player.deliver(items)
    assert player.gaps() == [(first + lost, first + lost)]
    parts = player.parts()
    (damage,) = (p for part in parts for p in part if p["data"].get("tag"))
    assert damage["data"]["tag"] == "otel_replay.damaged"
    assert "pieces of its event" in damage["data"]["payload"]["message"]
    assert [e for part in parts for e in part if e is not damage] == events[:4] + events[5:]


def test_the_piece_that_lacked_may_come_later(player: Player) -> None:
    events = recording(6, html="x" * 500)
    items = records(events, 200)
    player.deliver([*items[:2], *items[3:]])
    assert player.gaps() == [(2, 2)]
    player.deliver([items[2]])
    assert player.gaps() == []
    assert player.events() == events


def test_a_snapshot_of_a_megabyte_in_many_pieces(player: Player) -> None:
    events = recording(5, html="<li>" * 250_000)
    items = records(events, 5 * 1000)
    assert len(items) > 200
    player.deliver(items[100:], items[:100])
    assert player.events() == events
    (checkpoint,) = player.tab()["chunks"]["checkpoint"]
    assert checkpoint == 0


def test_a_character_that_the_recorder_cut_in_two_spoils_nothing_else(player: Player) -> None:
    # HyperDX' recorder cuts bytes and decodes each piece by itself: the character is lost there.
    events = recording(4, html="\N{SNOWMAN}" * 100)
    player.deliver(records(events, 100))
    played = player.events()
    assert [e["type"] for e in played] == [4, 2, 3, 3]
    assert {*played[1]["data"]["html"]} == {"\N{SNOWMAN}", "\N{REPLACEMENT CHARACTER}"}


@pytest.mark.parametrize("limit", [950 * 1024, 3_000], ids=["whole", "in pieces"])
def test_a_page_that_nests_deeply(player: Player, limit: int) -> None:
    deep = b'{"n":[' * 900 + b"1" + b"]}" * 900
    items = records([{**event(1, 2), "data": {"node": "DEEP" * 3_000}}], limit)
    text = b'{"type":2,"data":' + deep + b',"timestamp":%d}' % event(1)["timestamp"]
    for start, item in zip(range(0, len(text), limit), items, strict=False):
        item["body"] = text[start : start + limit].decode()
    items = items[: -(-len(text) // limit)]
    for item in items:
        item["attributes"]["rr-web.total-chunks"] = float(len(items))
    player.deliver(*([item] for item in items))
    response = player.world.get(f"sessions/{player.id}/replay")
    assert response.data.strip() == b"[" + text + b"]"
    assert player.tab()["chunks"]["checkpoint"] == [0]


def test_a_snapshot_of_six_megabytes_in_one_request(player: Player) -> None:
    events = recording(5, html="<li>" * 1_500_000)
    items = records(events)
    assert len(items) == 4 + 7
    player.deliver(items)
    chunks = player.tab()["chunks"]
    (part,) = player.parts(f"?from_seq={chunks['checkpoint'][0]}&to_seq={chunks['checkpoint'][0]}")
    assert part[:2] == events[:2]
    assert player.events() == events


def test_a_new_snapshot_begins_a_part(player: Player) -> None:
    events = [*recording(6), *(event(i, {8: 4, 9: 2, 12: 2}.get(i, 3)) for i in range(6, 15))]
    player.deliver(records(events))
    chunks = player.tab()["chunks"]
    assert chunks["seq"] == chunks["checkpoint"] == [0, 8, 12]


def test_page_loads_of_a_session_are_tabs(player: Player) -> None:
    for tab in ("a1", "b2"):
        player.send(request(records(recording(4)), player.id, tab))
    assert {tab["id"] for tab in player.tabs()} == {"a1", "b2"}


def test_what_waited_when_the_session_changed_does_not_mix_with_the_new_one(
    player: Player,
) -> None:
    # The recorder counts from 1 again, and names the new session for all that it sends.
    before = records(recording(30))[25:]
    late = [event(i, {50: 4, 51: 2}.get(i, 3)) for i in range(50, 90)]
    after = records(late)
    player.deliver([*before, *after[:3]], after[3:])
    current, earlier = sorted(player.tabs(), key=lambda tab: str(tab["id"]))
    assert (current["id"], earlier["id"]) == ("5c41", "5c41-earlier")
    assert player.events("?tab=5c41") == late
    assert len(player.events("?tab=5c41-earlier")) == 5


def splunk(player: Player, items: list[Record]) -> Any:
    names = {"splunk.rumSessionId": player.id, "splunk.scriptInstance": "77aa"}
    message = request(items, player.id, scope="splunk.rr-web", **names)
    resource = message.resource_logs[0].resource
    own = [a for a in resource.attributes if not a.key.startswith("rum.")]
    del resource.attributes[:]
    resource.attributes.extend(own)
    return player.send(message)


def test_splunks_rrweb_recorder_names_session_and_page_its_own_way(player: Player) -> None:
    events = recording(5)
    assert not splunk(player, records(events)).HasField("partial_success")
    assert player.tab()["id"] == "77aa"
    assert player.events() == events


def test_segments_of_splunks_own_engine_are_refused_and_it_says_why(player: Player) -> None:
    items = records(recording(3))
    for item in items:
        item["attributes"]["segmentMetadata"] = "{}"
    refused = splunk(player, items).partial_success
    assert refused.rejected_log_records == 3
    assert "not rrweb" in refused.error_message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rr-web.offset": None}, None),
        ({"rr-web.offset": "7"}, None),
        ({"rr-web.offset": None, "rr-web.event": None}, "rr-web.event is missing"),
        ({"rr-web.offset": 0.0}, "rr-web.offset is 0.0"),
        ({"rr-web.offset": float("nan")}, "rr-web.offset is nan"),
        ({"rr-web.offset": 1e300}, "rr-web.offset is 1e+300"),
        ({"rr-web.offset": [1]}, "rr-web.offset is missing or no number"),
        ({"rr-web.chunk": 2.0}, "rr-web.chunk is 2.0: expected 1 to 1"),
        ({"rr-web.total-chunks": 1e9}, "rr-web.total-chunks is 1000000000.0"),
        ({"body": "{"}, "not JSON"),
        ({"body": "[]"}, "no rrweb event"),
        ({"body": '{"type": "x", "timestamp": 1}'}, "no rrweb event"),
        ({"body": '{"type": 3, "timestamp": -1}'}, "no rrweb event"),
        ({"body": b"\xff\xfe"}, "must be text"),
        ({"body": None}, "must be text"),
    ],
)
def test_a_record_that_breaks_a_rule_is_named_and_the_others_play(
    player: Player, change: dict[str, Any], message: str | None
) -> None:
    items = records(recording(6))
    odd = dict(items[3], attributes=dict(items[3]["attributes"]))
    for name, value in change.items():
        target = odd if name == "body" else odd["attributes"]
        target[name] = value
    odd["attributes"] = {k: v for k, v in odd["attributes"].items() if v is not None}
    answer = player.send(request([*items[:3], odd, *items[4:]], player.id))
    assert answer.partial_success.rejected_log_records == (message is not None)
    assert (message or "") in answer.partial_success.error_message
    numbers = [event["data"]["number"] for event in player.events()]
    assert [n for n in numbers if n != 3] == [0, 1, 2, 4, 5]


@pytest.mark.parametrize("session_id", ["", "../../etc", "a" * 200])
def test_replay_logs_without_a_session_are_refused(player: Player, session_id: str) -> None:
    answer = player.send(request(records(recording(4)), session_id))
    assert answer.partial_success.rejected_log_records == 4
    assert "rum.sessionId" in answer.partial_success.error_message


def test_a_page_without_an_instance_is_the_sessions_only_tab(player: Player) -> None:
    player.send(request(records(recording(4)), player.id, **{"rum.scriptInstance": "no/tab"}))
    assert player.tab()["id"] == player.id


def test_ordinary_logs_in_the_same_request_are_stored(player: Player) -> None:
    message = request(records(recording(4)), player.id)
    other = request([{"body": "said", "event_name": "note"}], player.id, scope="app")
    message.resource_logs.extend(other.resource_logs)
    player.send(message)
    assert len(player.events()) == 4
    events = player.world.json(f"sessions/{player.id}/events")["events"]
    assert [event["title"] for event in events] == ["note"]


def test_nothing_of_the_replay_is_stored_as_a_log(player: Player) -> None:
    player.deliver(records(recording(8), 100))
    rows = player.world.database.query(
        "SELECT count() AS n FROM otel_logs WHERE SessionId = {id:String}", {"id": player.id}
    )
    assert rows == [{"n": 0}]


def test_json_requests_carry_replay_too(player: Player) -> None:

    events = recording(5)
    body = orjson.dumps(MessageToDict(request(records(events), player.id)))
    url = f"{player.receiver.http}/v1/logs?auth=token"
    answer = requests.post(url, body, headers={"Content-Type": "application/json"}, timeout=60)
    assert answer.status_code == 200
    assert player.events() == events


def test_times_in_milliseconds_are_understood(player: Player) -> None:
    # Splunk's recorder puts milliseconds where nanoseconds belong.
    items = records(recording(4, html="x" * 500), 200)
    for item in items:
        item["time_unix_nano"] //= 1_000_000
    player.deliver(items[:2], items[2:])
    assert player.events() == recording(4, html="x" * 500)
    start, *_ = player.world.database.query(
        "SELECT toUnixTimestamp64Milli(min(StartTime)) AS ms FROM replay_chunks"
        " WHERE SessionId = {id:String}",
        {"id": player.id},
    )
    assert start == {"ms": ZERO_MS}

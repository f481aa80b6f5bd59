"""Erasing: what goes, what stays, what is told of it, and what comes in late."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest

from otel_replay.cli.jobs import jobs_of
from otel_replay.config import Settings
from otel_replay.erasure.erase import Eraser
from otel_replay.erasure.late import Buried, ErasureWorker
from otel_replay.erasure.rows import EVERYTHING, Run
from otel_replay.errors import InvalidDataError, NotFoundError, OtelReplayError, UnavailableError
from otel_replay.jobs import Asked
from otel_replay.sessions import packs
from otel_replay.sessions.worker import SessionWorker
from otel_replay.storage import claims
from otel_replay.storage.blobs import BlobInfo
from otel_replay.storage.clickhouse import Database
from tests.support.sessions import World, at, new_id


def erase(world: World, **parameters: Any) -> dict[str, Any]:
    told: list[Any] = []
    asked = Asked(world.database, world.blobs, parameters, "the test", told.append)
    return jobs_of(Settings())["erase"](asked)


def full_session(world: World, session_id: str, trace_id: str, user: str = "") -> None:
    """A session with something in every table that knows of sessions."""
    more = {"user.id": user} if user else {}
    world.log(session_id, "browser.navigation", 0, attributes={"url.full": "http://a/", **more})
    world.log(session_id, "exception", 50, attributes={"exception.type": "E"}, TraceId=trace_id)
    world.request(session_id, trace_id, "a1")
    world.span(trace_id, "b1", 1, parent="a1", exceptions=[("ValueError", "no")])
    world.backend_log("reserved", trace_id, 2)
    world.database.insert("session_inputs", [{"SessionId": session_id, "Tab": "t1", "Chunks": 1}])
    pack(world, [session_id])


def pack(world: World, session_ids: Sequence[str], day: str = "", seq: int = 0) -> str:
    """Stores a pack with a chunk for each session, as the exporter does."""
    key = f"packs/{day or at(world.clock() * 1000).date()}/10/{new_id()}"
    rows, payloads, offset = [], [], 0
    for session_id in session_ids:
        payload = orjson.dumps([{"of": session_id, "seq": seq}])
        row = world.chunk_row(session_id, seq, payload=payload, blob=key)
        rows.append({**row, "Offset": offset, "Encoding": "identity"})
        payloads.append(payload)
        offset += len(payload)
    world.blobs.put(key, packs.join(payloads, rows))
    world.chunks(rows)
    return key


def left(world: World, session_id: str, trace_id: str = "") -> dict[str, int]:
    """Rows that are left of a session, by table; tables without any are left out."""
    run = Run(world.database)
    run.add("session", [session_id])
    run.add("trace", [trace_id] if trace_id else [])
    counts = {table: run.count(table, where) for table, where in EVERYTHING.items()}
    return {table: n for table, n in counts.items() if n}


def bytes_of(world: World, session_id: str) -> list[str]:
    """Blobs that have a byte of a session."""
    word = session_id.encode()
    return [
        b.key for b in world.blobs.list() if word in world.blobs.get(b.key) or session_id in b.key
    ]


def test_a_session_goes_from_every_table_and_blob(world: World) -> None:
    full_session(world, world.id, world.trace)
    world.worker.run_once()
    before = left(world, world.id, world.trace)
    assert set(before) == set(EVERYTHING)
    expected = erase(world, session=world.id, dry_run=True)
    assert left(world, world.id, world.trace) == before
    report = erase(world, session=world.id)
    assert left(world, world.id, world.trace) == {}
    assert bytes_of(world, world.id) == []
    assert report["rows"] == before | {"sessions": report["rows"]["sessions"]}
    assert {k: report[k] for k in ("sessions", "traces", "chunks", "packs_scrubbed")} == {
        "sessions": 1,
        "traces": 1,
        "chunks": 1,
        "packs_scrubbed": 1,
    }
    assert expected["rows"] == before
    assert (expected["sessions"], expected["chunks"]) == (1, 1)
    for path in ("", "/manifest", "/replay", "/events", "/traces", "/spans"):
        assert world.get(f"sessions/{world.id}{path}").status_code == 404
    assert world.get(f"traces/{world.trace}").status_code == 404


def test_every_table_that_names_sessions_is_known(shared_database: Database) -> None:
    """A new table with rows of sessions must be erased from as well."""
    rows = shared_database.query(
        "SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase()"
        " AND name IN ('SessionId', 'TraceId') AND table IN (SELECT name FROM system.tables"
        " WHERE database = currentDatabase() AND engine LIKE '%MergeTree')"
    )
    tombstones = {"erased_sessions", "erased_traces"}
    assert {row["table"] for row in rows} - tombstones == set(EVERYTHING)


def test_other_sessions_are_whole_also_those_in_the_same_packs(anywhere: World) -> None:
    gone, kept, trace, other = new_id(), new_id(), new_id(), new_id()
    full_session(anywhere, gone, trace)
    full_session(anywhere, kept, other)
    shared = pack(anywhere, [kept, gone, kept], seq=1)
    before = left(anywhere, kept, other)
    replay = anywhere.get(f"sessions/{kept}/replay").data
    erase(anywhere, session=gone)
    assert left(anywhere, kept, other) == before
    assert anywhere.get(f"sessions/{kept}/replay").data == replay
    rows = packs.index_of(anywhere.blobs.get(shared), shared)
    assert [row["SessionId"] for row in rows] == [kept, kept]
    assert anywhere.get(f"traces/{other}").status_code == 200
    anywhere.worker.run_once()
    assert [s["id"] for s in anywhere.json("sessions")["sessions"]] == [kept]


def test_of_a_trace_shared_with_another_session_only_its_own_rows_go(world: World) -> None:
    other = new_id()
    world.request(world.id, world.trace, "a1")
    world.log(world.id, "exception", 3, attributes={"exception.type": "Mine"}, TraceId=world.trace)
    world.span(
        world.trace, "c1", 4, session_id=world.id, exceptions=[("Named", "by a backend span")]
    )
    world.request(other, world.trace, "a2")
    world.span(world.trace, "b1", 1, exceptions=[("ValueError", "shared")])
    world.backend_log("shared too", world.trace, 2)
    report = erase(world, session=world.id)
    assert report["traces"] == 0
    trace = world.json(f"traces/{world.trace}")
    assert trace["span_count"] == 2
    assert [log["body"] for log in trace["logs"]] == ["shared too"]
    rows = world.database.query(
        "SELECT Type FROM trace_exceptions WHERE TraceId = {id:String}", {"id": world.trace}
    )
    assert rows == [{"Type": "ValueError"}]
    # With the last session that it belongs to, the rest goes.
    assert erase(world, session=other)["traces"] == 1
    assert left(world, other, world.trace) == {}


def test_bytes_that_no_row_points_to_any_more_go_too(world: World) -> None:
    """Of a chunk that was sent twice or compacted, the old pack may still be there."""
    other = new_id()
    orphan = pack(world, [world.id, other])
    newer = pack(world, [world.id])
    day = at(world.zero_ms).date()
    objects = [f"sessions/{day}/{world.id}/20260101T000000-{n}" for n in ("aa", "bb")]
    for key in objects:
        world.blobs.put(key, b"segments of " + world.id.encode())
    world.blobs.put(f"sessions/{day}/{other}/20260101T000000-cc", b"stays")
    world.chunks([world.chunk_row(world.id, 0, payload=b"x", blob=objects[0])])
    world.database.command("OPTIMIZE TABLE replay_chunks FINAL")
    rows = world.database.query(
        "SELECT Blob FROM replay_chunks WHERE SessionId = {id:String}", {"id": world.id}
    )
    assert rows == [{"Blob": objects[0]}]
    report = erase(world, session=world.id)
    assert (report["blobs_deleted"], report["packs_scrubbed"]) == (2, 2)
    assert bytes_of(world, world.id) == []
    assert other.encode() in world.blobs.get(orphan)
    assert [row["SessionId"] for row in packs.index_of(world.blobs.get(newer), newer)] == []
    assert bytes_of(world, other) != []


def test_a_user_goes_with_all_sessions_and_what_services_logged_of_them(alone: World) -> None:
    first, second, kept = new_id(), new_id(), new_id()
    user = f"u-{new_id()}"
    full_session(alone, first, new_id(), user)
    # Somebody else signed in later in the same session: it is this user's all the same.
    full_session(alone, second, new_id(), user)
    alone.log(second, "session.identify", 9_000, attributes={"user.id": "somebody else"})
    full_session(alone, kept, new_id(), "another")
    resource = {"service.name": "mailer"}
    alone.log("", "", 1, scope="app", resource=resource, attributes={"user.id": user}, Body="mail")
    alone.log("", "", 1, scope="app", resource=resource, attributes={"user.id": "x"}, Body="mail")
    alone.span(new_id(), "f1", attributes={"enduser.id": user})
    alone.worker.run_once()
    report = erase(alone, user=user)
    assert report["sessions"] == 2
    assert left(alone, first) == left(alone, second) == {}
    assert left(alone, kept) != {}
    text = alone.database.query_bytes("SELECT * FROM otel_logs", "JSONEachRow")
    text += alone.database.query_bytes("SELECT * FROM otel_traces", "JSONEachRow")
    assert user.encode() not in text
    assert text.count(b'"mail"') == 1
    (record,) = alone.database.query("SELECT * FROM erasures FINAL")
    assert user not in str(record)
    assert (record["Kind"], record["State"], record["Sessions"]) == ("user", "done", 2)
    assert record["AskedBy"] == "the test"
    assert orjson.loads(record["Report"])["rows"] == report["rows"]


def test_all_that_began_before_a_time_goes(alone: World) -> None:
    old, young = new_id(), new_id()
    alone.zero_ms -= 10 * 86_400_000
    full_session(alone, old, new_id())
    alone.zero_ms += 10 * 86_400_000
    full_session(alone, young, new_id())
    alone.worker.run_once()
    yesterday = at(alone.zero_ms - 86_400_000).isoformat()
    assert erase(alone, before=yesterday)["sessions"] == 1
    assert left(alone, old) == {}
    assert left(alone, young) != {}


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({}, InvalidDataError, "exactly one of session, user and before, got none"),
        ({"session": "a", "user": "b"}, InvalidDataError, "got session and user"),
        ({"session": "a/b"}, InvalidDataError, "expected 1 to 128 letters"),
        ({"before": "soon"}, InvalidDataError, "2026-01-31"),
        ({"sesion": "a"}, InvalidDataError, "'sesion' does not exist"),
        ({"session": "unknown"}, NotFoundError, "nothing is stored of a session 'unknown'"),
    ],
)
def test_what_cannot_be_erased_is_told(
    world: World, parameters: dict[str, Any], error: type[OtelReplayError], message: str
) -> None:
    with pytest.raises(error, match=message):
        erase(world, **parameters)


class Workers:
    """The workers of a project, as `otel-replay work` wires them."""

    def __init__(self, world: World) -> None:
        buried = Buried(world.database, world.clock)
        self.sessions = SessionWorker(world.database, world.clock, buried=buried.among)
        self.erasure = ErasureWorker(world.database, world.blobs, buried)

    def round(self) -> None:
        self.sessions.run_once()
        self.erasure.run_once()


def test_late_data_of_an_erased_session_is_not_shown_and_goes(alone: World) -> None:
    full_session(alone, alone.id, alone.trace)
    workers = Workers(alone)
    workers.round()
    erase(alone, session=alone.id)
    full_session(alone, alone.id, alone.trace)
    assert left(alone, alone.id) != {}
    for path in ("", "/manifest", "/replay", "/events", "/traces"):
        assert alone.get(f"sessions/{alone.id}{path}").status_code == 404
    assert alone.get(f"traces/{alone.trace}").status_code == 404
    workers.sessions.run_once()
    assert alone.json("sessions")["sessions"] == []
    workers.erasure.run_once()
    assert left(alone, alone.id, alone.trace) == {}
    assert bytes_of(alone, alone.id) == []


def test_late_spans_of_an_erased_trace_go_though_they_name_no_session(alone: World) -> None:
    full_session(alone, alone.id, alone.trace)
    erase(alone, session=alone.id)
    alone.span(alone.trace, "b2", 5, exceptions=[("Late", "message")])
    alone.backend_log("late too", alone.trace, 6)
    assert alone.get(f"traces/{alone.trace}").status_code == 404
    Workers(alone).round()
    assert left(alone, alone.id, alone.trace) == {}


def test_a_late_session_of_an_erased_user_goes_and_a_new_one_stays(alone: World) -> None:
    user = f"u-{new_id()}"
    full_session(alone, new_id(), new_id(), user)
    erase(alone, user=user)
    late, new = new_id(), new_id()
    full_session(alone, late, new_id(), user)
    alone.zero_ms += 2 * 3_600_000
    alone.clock.seconds += 2 * 3_600
    full_session(alone, new, new_id(), user)
    assert alone.get(f"sessions/{late}").status_code == 404
    workers = Workers(alone)
    workers.round()
    assert left(alone, late) == {}
    assert [s["id"] for s in alone.json("sessions")["sessions"]] == [new]


class Cut(Exception):
    """Stands for the moment at which a process is killed."""


@pytest.mark.parametrize("steps", [0, 3, 5, 6, 9, 16])
def test_what_was_cut_off_is_ended_by_a_worker(
    alone: World, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """At the first statement, before the payload, after it, among the rows, at the last of them."""
    kept = new_id()
    full_session(alone, alone.id, alone.trace)
    shared = pack(alone, [alone.id, kept], seq=5)
    alone.worker.run_once()
    counted = iter(range(steps))
    store = type(alone.blobs)
    with monkeypatch.context() as patched:
        for owner, name in ((Run, "delete"), (Run, "fill"), (store, "put"), (store, "delete")):
            patched.setattr(owner, name, _cutting(getattr(owner, name), counted))
        with pytest.raises(Cut):
            erase(alone, session=alone.id)
    assert alone.get(f"sessions/{alone.id}").status_code == 404
    Workers(alone).erasure.run_once()
    assert left(alone, alone.id, alone.trace) == {}
    assert bytes_of(alone, alone.id) == []
    assert left(alone, kept)["replay_chunks"] == 1
    assert [row["SessionId"] for row in packs.index_of(alone.blobs.get(shared), shared)] == [kept]
    (record,) = alone.database.query("SELECT State FROM erasures FINAL")
    assert record["State"] == "done"


def _cutting(method: Any, steps: Any) -> Any:
    def cut(*arguments: Any, **named: Any) -> Any:
        if next(steps, None) is None:
            raise Cut
        return method(*arguments, **named)

    return cut


SOON = {"old_parts_lifetime": 1, "cleanup_delay_period": 1, "max_cleanup_delay_period": 1}


@pytest.fixture
def tidy(alone: World) -> Iterator[World]:
    """ClickHouse removes the files of replaced parts at once, instead of minutes later."""
    for table in EVERYTHING:
        changes = ", ".join(f"{name} = {value}" for name, value in SOON.items())
        alone.database.command(f"ALTER TABLE {table} MODIFY SETTING {changes}")
        # Or it begins once it has tidied up as before, half a minute later.
        alone.database.command(f"DETACH TABLE {table}")
        alone.database.command(f"ATTACH TABLE {table}")
    yield alone
    for table in EVERYTHING:
        alone.database.command(f"ALTER TABLE {table} RESET SETTING {', '.join(SOON)}")


def test_who_waits_is_answered_once_the_files_are_gone(tidy: World) -> None:
    full_session(tidy, tidy.id, tidy.trace)
    tidy.worker.run_once()
    report = erase(tidy, session=tidy.id, wait=True)
    assert report["files_left"] == 0
    assert report["files_gone_by_s"] <= time.time() + 1
    replaced = tidy.database.query(
        "SELECT DISTINCT table FROM system.parts"
        " WHERE database = currentDatabase() AND NOT active AND rows > 0"
    )
    assert not {row["table"] for row in replaced} & set(EVERYTHING)


def test_one_erasure_waits_for_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    full_session(world, world.id, world.trace)
    monkeypatch.setattr(claims, "LOOK_S", 0.01)
    told: list[Any] = []
    hasty = Eraser(world.database, world.blobs, patience_s=0)
    with (
        Eraser(world.database, world.blobs)._alone(told.append),
        pytest.raises(OtelReplayError, match="under way"),
    ):
        hasty.again([world.id])
    assert hasty.again([world.id])["sessions"] == 1


def test_a_blob_store_that_is_away_leaves_the_rest_for_later(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_session(alone, alone.id, alone.trace)

    def away(self: Any, prefix: str = "") -> list[BlobInfo]:
        raise UnavailableError("the blob store is away")

    with monkeypatch.context() as patched:
        patched.setattr(type(alone.blobs), "list", away)
        with pytest.raises(UnavailableError, match="is away"):
            erase(alone, session=alone.id)
    assert alone.get(f"sessions/{alone.id}").status_code == 404
    Workers(alone).erasure.run_once()
    assert left(alone, alone.id, alone.trace) == {}

"""How ClickHouse goes about what the API asks: plans are the same however busy a machine is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from tests.support.database import temporary_database
from tests.support.sessions import World

Asked = list[tuple[str, Mapping[str, Any]]]
OF_SESSIONS = ("session_events", "replay_chunks", "sessions")
"""Tables that are read with FINAL, and whose keys have the session."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The statements that are run from here on, with their parameters."""
    found: Asked = []
    query = Database.query

    def noted(self: Database, sql: str, parameters: Any = None, settings: Any = None) -> Any:
        found.append((sql, dict(parameters or {})))
        return query(self, sql, parameters, settings)

    monkeypatch.setattr(Database, "query", noted)
    return found


def plan(database: Database, sql: str, parameters: Mapping[str, Any]) -> str:
    # A statement's own SETTINGS would end the EXPLAIN too.
    bare = re.sub(r"\nSETTINGS [^\n]*\Z", "", sql.strip())
    rows = database.query(f"EXPLAIN indexes = 1 {bare}", parameters)
    return "\n".join(row["explain"] for row in rows)


def reads(text: str) -> list[tuple[str, str]]:
    """Each table that a plan reads, and how."""
    found = re.findall(r"ReadFromMergeTree \(\w+\.(\w+)\)(.*?)(?=ReadFrom|\Z)", text, re.DOTALL)
    return [(str(table), str(how)) for table, how in found]


@pytest.mark.parametrize("path", ["", "/manifest", "/events", "/traces"])
def test_opening_a_session_reads_its_own_rows_whole_and_of_others_only_the_key(
    world: World, asked: Asked, path: str
) -> None:
    """FINAL alone reads all columns of all rows that lie near the session's, in every part."""
    world.chunk(world.id, 0)
    world.request(world.id, world.trace, "01")
    world.worker.run_once()
    asked.clear()
    world.json(f"sessions/{world.id}{path}")
    finals = [
        (table, how)
        for sql, parameters in list(asked)
        if " FINAL" in sql
        for table, how in reads(plan(world.database, sql, parameters))
        if table in OF_SESSIONS and "FINAL: 1" in how
    ]
    assert finals
    for table, how in finals:
        assert re.search(r"Prewhere filter column:[^\n]*SessionId", how), (table, how)


def test_a_user_is_looked_for_in_few_rows(engine_path: Path, tmp_path: Path, asked: Asked) -> None:
    """Of all that is searched, runs of four characters of a number are many in other numbers, of
    six they are not; of users alone four will do."""
    with temporary_database(engine_path) as database:
        database.command(
            "INSERT INTO sessions (SessionId, StartTime, LastSeen, UserId, Urls) SELECT"
            " lower(hex(MD5(toString(number)))), now64(3), now64(3), concat('u-', number),"
            " arrayMap(i -> concat('/mug-', cityHash64(number, i) % 10000), range(9))"
            " FROM numbers(20000, 10000)"
        )
        database.command("OPTIMIZE TABLE sessions FINAL")  # Some may have come in two parts.
        world = World(database, FileBlobStore(tmp_path))
        left: dict[str, int] = {}
        for query in ("u-25683", "user:u-25683"):
            asked.clear()
            found = world.json(f"sessions?q={query}")["sessions"]
            assert [session["user"]["id"] for session in found] == ["u-25683"]
            (sql, parameters) = next(one for one in asked if "q0_like" in one[0])
            granules = re.findall(
                r"Name: (\w+)\n.*?Granules: (\d+)/", plan(database, sql, parameters), re.DOTALL
            )
            left |= {name: int(number) for name, number in granules}
    assert left["idx_search_text_six"] <= 2 < left["idx_search_text"]
    assert left["idx_user_text"] <= 2


def test_what_the_newest_day_has_not_is_looked_for_in_all_the_others_at_once(
    engine_path: Path, tmp_path: Path, asked: Asked
) -> None:
    """A statement costs something by itself; what is common is found in the first few windows."""
    with temporary_database(engine_path) as database:
        database.command(
            "INSERT INTO sessions (SessionId, StartTime, LastSeen, UserId) SELECT"
            " concat('s', toString(number)), now64(3) - toIntervalDay(number), now64(3),"
            " if(number IN (12, 25), 'rare', 'common') FROM numbers(30)"
        )
        world = World(database, FileBlobStore(tmp_path))
        listed = {q: world.json(f"sessions?limit=4&q={q}")["sessions"] for q in ("rare", "common")}
    assert [session["id"] for session in listed["rare"]] == ["s12", "s25"]
    assert [session["id"] for session in listed["common"]] == ["s0", "s1", "s2", "s3"]
    starts = {word: [p for _, p in asked if p.get("q0_like") == word] for word in listed}
    assert {word: len(found) for word, found in starts.items()} == {"rare": 2, "common": 2}
    day_ms = 86_400_000
    widths = {w: (p[-1]["to_ms"] - p[-1]["from_ms"]) // day_ms for w, p in starts.items()}
    assert widths["rare"] > 2 * widths["common"]

"""Migrations on a database that has sessions already."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from otel_replay.sessions.derive import derive
from otel_replay.storage import migrate as migrations
from otel_replay.storage.clickhouse import Address, Database
from tests.support.sessions import at, now_ms

MONTH_MS = 31 * 86_400_000
MONTHS = 120


def test_sessions_of_before_there_were_inputs_stay_and_are_computed_anew(
    engine_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(f"chdb://{engine_path}?database={name}"))
    before = [m for m in migrations.migrations(migrations.NEWEST) if m.name < "0018"]
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "migrations", lambda version: before)
        migrations.migrate(database)
    event = {
        "SessionId": "s",
        "Timestamp": now_ms() * 1_000_000,
        "Kind": "custom",
        "Source": "browser",
        "Name": "browser.user_action.rage_click",
    }
    old = {"SessionId": "s", "StartTime": at(now_ms()), "LastSeen": at(now_ms()), "Clicks": 7}
    # Browsers' clocks may be set to anything.
    error = {**event, "SessionId": "t", "Kind": "error", "Name": "exception"}
    months = [
        {**error, "Timestamp": (now_ms() - month * MONTH_MS) * 1_000_000} for month in range(MONTHS)
    ]
    database.insert("session_events", [event])
    database.insert("session_events", months, {"max_partitions_per_insert_block": 0})
    database.insert("sessions", [old])

    assert migrations.migrate(database)[0].startswith("0018")
    select = "SELECT Clicks, RageClicks, PageTimes.Url AS pages FROM sessions FINAL"
    assert database.query(select) == [{"Clicks": 7, "RageClicks": 0, "pages": []}]
    derive(database, ["s"], now_ms())
    assert database.query(select) == [{"Clicks": 0, "RageClicks": 1, "pages": []}]
    assert database.query("SELECT count() AS n FROM exceptions") == [{"n": MONTHS}]
    database.command(f"DROP DATABASE `{name}` SYNC")
    database.close()

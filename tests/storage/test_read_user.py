"""The user for people who only read: what its statements say. Users need a server to be made on."""

from __future__ import annotations

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import statements
from otel_replay.storage.read_user import read_user


def test_clickhouse_can_parse_every_statement(shared_database: Database) -> None:
    for cluster in ("", "main"):
        for statement in statements(read_user("otel", cluster)):
            rows = shared_database.query("SELECT formatQuery({s:String}) AS s", {"s": statement})
            assert ("ON CLUSTER main" in rows[0]["s"]) is bool(cluster)


def test_it_is_granted_nothing_but_reading_the_project_and_its_schema() -> None:
    grants = [s for s in statements(read_user("shop")) if s.startswith("GRANT")]
    assert grants == [
        "GRANT SELECT ON shop.* TO shop_reader",
        "GRANT SELECT ON system.tables TO shop_reader",
        "GRANT SELECT ON system.columns TO shop_reader",
        "GRANT SELECT ON system.databases TO shop_reader",
    ]


def test_the_salt_of_erased_users_is_taken_out_of_what_it_may_read() -> None:
    for cluster, on, tables in (
        ("", "", ["project_settings"]),
        ("main", "ON CLUSTER 'main' ", ["project_settings", "project_settings_local"]),
    ):
        revokes = [s for s in statements(read_user("shop", cluster)) if s.startswith("REVOKE")]
        assert revokes == [f"REVOKE {on}SELECT ON shop.{t} FROM shop_reader" for t in tables]


def test_limits_cannot_be_lifted() -> None:
    text = read_user("otel")
    for name in ("max_execution_time", "max_memory_usage", "max_threads", "max_result_bytes"):
        assert f"{name} = " in text
        assert " MAX " in text.partition(f"{name} = ")[2].partition("\n")[0]
    assert "readonly = 2 READONLY" in text
    assert "final = 1" in text

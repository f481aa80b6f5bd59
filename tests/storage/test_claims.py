"""Workers that share work by claims."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from otel_replay.errors import OverloadedError
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database
from tests.support.process import wait_for

LEASE_S = 60


def test_several_workers_at_once_never_hold_the_same_key(database: Database) -> None:
    keys = [f"session-{number}" for number in range(40)]
    workers = [Claims(database, f"worker-{number}") for number in range(4)]
    with ThreadPoolExecutor(len(workers)) as threads:
        taken = list(threads.map(lambda claims: claims.take("compact", keys, LEASE_S), workers))
    assert Counter(key for one in taken for key in one) == Counter(keys)


def test_what_is_released_can_be_taken_by_another(database: Database) -> None:
    first, second = Claims(database, "first"), Claims(database, "second")
    assert first.take("compact", ["a", "b"], LEASE_S) == ["a", "b"]
    assert second.take("compact", ["a", "b"], LEASE_S) == []
    first.release("compact", ["a"])
    assert second.take("compact", ["a", "b"], LEASE_S) == ["a"]
    assert second.holders("compact", ["a", "b", "c"]) == {"a": "second", "b": "first"}


def test_kinds_of_work_do_not_mix(database: Database) -> None:
    assert Claims(database, "first").take("compact", ["a"], LEASE_S) == ["a"]
    assert Claims(database, "second").take("erase", ["a"], LEASE_S) == ["a"]


def test_a_claim_that_is_not_renewed_lapses(database: Database) -> None:
    dead, alive = Claims(database, "dead"), Claims(database, "alive")
    assert dead.take("compact", ["a"], 0.4) == ["a"]
    wait_for("the claim to lapse", lambda: alive.take("compact", ["a"], LEASE_S) == ["a"])
    dead.renew("compact", ["a"], LEASE_S)
    assert alive.holders("compact", ["a"]) == {"a": "alive"}


def test_a_claim_is_held_beyond_its_lease_as_long_as_its_context_lasts(database: Database) -> None:
    first, second = Claims(database, "first"), Claims(database, "second")
    with first.holding("erase", lease_s=6) as lost:
        refused = pytest.raises(OverloadedError, match="by first: wait until it is done")
        with refused, second.holding("erase"):
            pass
        before = database.query("SELECT max(ExpiresAt) AS at FROM work_claims")

        def renewed_twice() -> bool:
            query = "SELECT max(ExpiresAt) AS at FROM work_claims"
            expires = database.query(query)[0]["at"]
            return bool((expires - before[0]["at"]).total_seconds() >= 3)

        wait_for("the claim to be renewed", renewed_twice)
        assert second.take("erase", [""], LEASE_S) == []
        assert not lost.is_set()
    with second.holding("erase"):
        pass

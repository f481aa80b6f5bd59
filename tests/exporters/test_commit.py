"""Group commit: who waits, what is written together, and who is told of a failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from otel_replay.errors import InvalidDataError, OverloadedError, RetryableError, UnavailableError
from otel_replay.storage.clickhouse import QueryError
from otel_replay_exporters.commit import CommitLimits, GroupCommit

Write = Callable[[Sequence[str]], None]
"""Takes no token: these tests are about who waits for what."""


def run(
    write: Write,
    scenario: Callable[[GroupCommit[str]], Coroutine[Any, Any, Any]],
    **limits: Any,
) -> Any:
    async def main() -> Any:
        commit: GroupCommit[str] = GroupCommit(
            "test",
            lambda items, _token: write(items),
            CommitLimits(**{"max_delay_s": 0.05} | limits),
        )
        commit.start()
        try:
            return await scenario(commit)
        finally:
            await commit.close()

    return asyncio.run(main())


async def submit_all(commit: GroupCommit[str], items: Sequence[str], size: int = 1) -> list[Any]:
    return await asyncio.gather(
        *(commit.submit(item, size) for item in items), return_exceptions=True
    )


def test_items_that_come_together_are_written_together() -> None:
    batches: list[list[str]] = []
    results = run(lambda b: batches.append(list(b)), lambda c: submit_all(c, ["a", "b", "c"]))
    assert results == [None, None, None]
    assert batches == [["a", "b", "c"]]


def test_nobody_is_answered_before_the_write_is_over() -> None:
    release = threading.Event()

    async def scenario(commit: GroupCommit[str]) -> None:
        waiting = asyncio.create_task(commit.submit("a", 1))
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
        release.set()
        await asyncio.wait_for(waiting, 60)

    run(lambda _batch: assert_set(release), scenario)


def assert_set(event: threading.Event) -> None:
    assert event.wait(60)


def test_a_full_batch_does_not_wait() -> None:
    async def scenario(commit: GroupCommit[str]) -> None:
        await asyncio.wait_for(submit_all(commit, ["a", "b"], size=50), 50)

    run(lambda _batch: None, scenario, max_delay_s=60, max_batch_bytes=100)


def test_the_culprit_of_a_refused_batch_is_found_and_answered_alone() -> None:
    stored: list[str] = []

    def write(batch: Sequence[str]) -> None:
        if "poison" in batch:
            raise QueryError("Code: 27. cannot parse", 27)
        stored.extend(batch)

    items = ["a", "b", "poison", "c", "d"]
    results = run(write, lambda c: submit_all(c, items))
    assert sorted(stored) == ["a", "b", "c", "d"]
    assert [isinstance(result, InvalidDataError) for result in results] == [
        *(False, False, True, False, False)
    ]


@pytest.mark.parametrize("code", [243, 252, 60], ids=["disk full", "parts", "table"])
def test_trouble_of_the_server_is_nobodys_fault_and_retryable(code: int) -> None:
    writes: list[int] = []

    def write(batch: Sequence[str]) -> None:
        writes.append(len(batch))
        raise QueryError("no", code)

    results = run(write, lambda c: submit_all(c, ["a", "b"]))
    assert all(isinstance(result, RetryableError) for result in results)
    assert writes == [2]


def test_a_batch_too_big_for_the_memory_is_stored_in_smaller_ones() -> None:
    stored: list[str] = []

    def write(batch: Sequence[str]) -> None:
        if len(batch) > 1:
            raise QueryError("Code: 241. (total) memory limit exceeded", 241)
        stored.extend(batch)

    assert run(write, lambda c: submit_all(c, ["a", "b", "c"])) == [None, None, None]
    assert sorted(stored) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("whose", "error"),
    [("(total) memory limit", RetryableError), ("Query memory limit", InvalidDataError)],
)
def test_what_needs_more_memory_than_one_insert_may_have_is_not_tried_again(
    whose: str, error: type[Exception]
) -> None:
    def write(_batch: Sequence[str]) -> None:
        raise QueryError(f"Code: 241. {whose} exceeded", 241)

    (result,) = run(write, lambda c: submit_all(c, ["a"]))
    assert isinstance(result, error)


def test_an_outage_is_told_to_all_and_the_next_batch_tried() -> None:
    failures = iter([UnavailableError("away"), None])

    def write(_batch: Sequence[str]) -> None:
        if failure := next(failures):
            raise failure

    async def scenario(commit: GroupCommit[str]) -> None:
        first = await submit_all(commit, ["a", "b"])
        assert all(isinstance(result, UnavailableError) for result in first)
        await commit.submit("c", 1)

    run(write, scenario)


def test_an_unexpected_failure_is_retryable_and_tells_no_innards() -> None:
    def write(_batch: Sequence[str]) -> None:
        raise ZeroDivisionError("secret path")

    (result,) = run(write, lambda c: submit_all(c, ["a"]))
    assert isinstance(result, RetryableError)
    assert "secret" not in str(result)


def test_without_room_callers_wait_and_then_are_refused() -> None:
    release = threading.Event()

    async def scenario(commit: GroupCommit[str]) -> None:
        first = asyncio.create_task(commit.submit("a", 80))
        second = asyncio.create_task(commit.submit("b", 80))
        with pytest.raises(OverloadedError, match="wait for storage"):
            await second
        release.set()
        await first
        await commit.submit("c", 80)

    run(
        lambda _batch: assert_set(release),
        scenario,
        max_delay_s=0.01,
        max_waiting_bytes=100,
        max_wait_s=0.2,
    )


def test_closing_writes_what_waits() -> None:
    stored: list[str] = []

    async def scenario(commit: GroupCommit[str]) -> asyncio.Task[None]:
        task = asyncio.create_task(commit.submit("a", 1))
        await asyncio.sleep(0)
        return task

    run(stored.extend, scenario, max_delay_s=60)
    assert stored == ["a"]


def test_callers_that_wait_for_room_hold_no_more_than_the_queue_may() -> None:
    release = threading.Event()

    async def scenario(commit: GroupCommit[str]) -> None:
        first = asyncio.create_task(commit.submit("a", 80))
        second = asyncio.create_task(commit.submit("b", 80))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError, match="as much again waits for room"):
            await commit.submit("c", 80)
        release.set()
        await asyncio.gather(first, second)

    limits = {"max_delay_s": 0.01, "max_waiting_bytes": 100, "max_wait_s": 60}
    run(lambda _batch: assert_set(release), scenario, **limits)


def test_callers_that_go_away_leave_nothing_behind() -> None:
    release = threading.Event()
    stored: list[str] = []

    def write(batch: Sequence[str]) -> None:
        assert_set(release)
        stored.extend(batch)

    async def scenario(commit: GroupCommit[str]) -> None:
        gone = [asyncio.create_task(commit.submit(f"gone{n}", 40)) for n in range(4)]
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await asyncio.wait(gone)
        release.set()
        # Each would find no room if those that went away still held theirs.
        for number in range(4):
            await commit.submit(f"stays{number}", 90)

    run(write, scenario, max_delay_s=0.01, max_waiting_bytes=100, max_wait_s=60)
    assert stored[-4:] == [f"stays{number}" for number in range(4)]

"""The way through the spool: acknowledged while storage is away, stored in order afterwards."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from otel_replay.errors import InvalidDataError, OverloadedError, UnavailableError
from otel_replay.storage.clickhouse import QueryError
from otel_replay_exporters.commit import CommitLimits, GroupCommit
from otel_replay_exporters.spool import Backlog, Batch, Codec, backlog
from otel_replay_exporters.spool.queue import Spool, SpoolBudget, SpoolFullError

TEXTS: Codec[str] = Codec(
    split=lambda item: (None, [item.encode()]), join=lambda _, parts: next(parts).decode()
)


class Storage:
    """Keeps what is written, once per token, as ClickHouse does."""

    def __init__(self) -> None:
        self.away = False
        self.stored: list[str] = []
        self.tokens: list[str] = []
        self.lost_answers = 0
        self.hanging = threading.Event()
        self.hanging.set()
        self.asked = threading.Event()

    def __call__(self, items: Sequence[str], token: str) -> None:
        self.asked.set()
        assert self.hanging.wait(60)
        if self.away:
            raise UnavailableError("storage is away")
        if "poison" in items:
            raise QueryError("Code: 27. cannot parse", 27)
        if token not in self.tokens:
            self.tokens.append(token)
            self.stored.extend(items)
        if self.lost_answers:
            self.lost_answers -= 1
            raise UnavailableError("the answer was lost")


class Setup:
    """A queue with a spool before a storage; figures by name."""

    def __init__(
        self, folder: Path, storage: Storage, limit: int = 1 << 20, patience_s: float = 60
    ) -> None:
        self.storage = storage
        self.happened: Counter[str] = Counter()
        self.spool = Spool(folder, SpoolBudget(limit))
        self.backlog = Backlog("test", self.spool, TEXTS, storage, happened=self._count)
        limits = CommitLimits(max_delay_s=0.01, patience_s=patience_s)
        self.commit = GroupCommit("test", storage, limits, backlog=self.backlog)

    def _count(self, outcome: str, count: int) -> None:
        self.happened[outcome] += count

    async def submit(self, *items: str) -> list[BaseException | None]:
        return await asyncio.gather(
            *(self.commit.submit(item, 1) for item in items), return_exceptions=True
        )

    async def until_clear(self) -> None:
        async with asyncio.timeout(60):
            while not self.backlog.is_clear:
                await self.backlog.wait_until_clear(0.05)
                await asyncio.sleep(0.01)  # noqa: ASYNC110 - while storage is away there is no event


def run(
    folder: Path,
    scenario: Callable[[Setup], Coroutine[Any, Any, None]],
    storage: Storage | None = None,
    **options: Any,
) -> Storage:
    """Runs a scenario on a running queue, then closes it as SIGTERM does."""

    async def main() -> Storage:
        setup = Setup(folder, storage or Storage(), **options)
        setup.commit.start()
        try:
            await scenario(setup)
        finally:
            await setup.commit.close()
        return setup.storage

    return asyncio.run(main())


def test_an_outage_is_not_the_senders_business(tmp_path: Path) -> None:
    async def scenario(setup: Setup) -> None:
        setup.storage.away = True
        for number in range(5):
            assert await setup.submit(f"{number}a", f"{number}b") == [None, None]
        assert setup.storage.stored == []
        setup.storage.away = False
        await setup.until_clear()
        assert await setup.submit("after") == [None]
        assert setup.happened == {"written": 5, "drained": 2}

    stored = run(tmp_path, scenario).stored
    assert stored == [*(f"{n}{x}" for n in range(5) for x in "ab"), "after"]


def test_what_comes_while_others_wait_queues_behind_them(tmp_path: Path) -> None:
    async def scenario(setup: Setup) -> None:
        setup.storage.away = True
        await setup.submit("first")
        setup.storage.away = False
        await setup.submit("second")
        await setup.until_clear()

    assert run(tmp_path, scenario).stored == ["first", "second"]


def test_a_process_that_starts_stores_what_the_last_one_left(tmp_path: Path) -> None:
    async def leave(setup: Setup) -> None:
        setup.storage.away = True
        await setup.submit("a", "b")
        await setup.submit("c")

    run(tmp_path, leave)
    assert run(tmp_path, Setup.until_clear).stored == ["a", "b", "c"]


def test_a_batch_whose_answer_was_lost_is_stored_once(tmp_path: Path) -> None:
    storage = Storage()
    storage.lost_answers = 3

    async def scenario(setup: Setup) -> None:
        assert await setup.submit("a", "b") == [None, None]
        await setup.until_clear()
        assert await setup.submit("c") == [None]

    assert run(tmp_path, scenario, storage).stored == ["a", "b", "c"]


def test_what_was_stored_before_a_crash_is_not_stored_again(tmp_path: Path) -> None:
    """The process ends after the write and before the file is gone."""
    storage = Storage()
    storage.away = True

    async def leave(setup: Setup) -> None:
        await setup.submit("a")
        await setup.submit("b")

    run(tmp_path, leave, storage)
    storage.away = False
    files = {path: path.read_bytes() for path in tmp_path.glob("*.spool")}
    run(tmp_path, Setup.until_clear, storage)
    for path, data in files.items():
        path.write_bytes(data)
    run(tmp_path, Setup.until_clear, storage)
    assert storage.stored == ["a", "b"]


def test_storage_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    storage = Storage()
    storage.hanging.clear()

    async def scenario(setup: Setup) -> None:
        assert await asyncio.wait_for(setup.submit("a"), 60) == [None]
        assert await asyncio.wait_for(setup.submit("b"), 60) == [None]
        assert storage.stored == []
        storage.hanging.set()
        await setup.until_clear()

    assert run(tmp_path, scenario, storage, patience_s=0.5).stored == ["a", "b"]


def test_closing_does_not_wait_for_storage_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "_STOP_S", 0.2)
    storage = Storage()
    storage.hanging.clear()

    async def scenario(setup: Setup) -> None:
        task = asyncio.create_task(setup.commit.submit("a", 1))
        await asyncio.to_thread(storage.asked.wait, 60)
        await asyncio.wait_for(setup.commit.close(), 60)
        await task

    run(tmp_path, scenario, storage, patience_s=0.5)
    assert not Spool(tmp_path, SpoolBudget(1000)).is_empty
    storage.hanging.set()


def test_poison_is_refused_while_its_sender_still_listens(tmp_path: Path) -> None:
    async def scenario(setup: Setup) -> None:
        results = await setup.submit("a", "poison", "b")
        assert [isinstance(r, InvalidDataError) for r in results] == [False, True, False]

    assert run(tmp_path, scenario).stored == ["a", "b"]


def test_poison_in_the_spool_is_set_aside_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(setup: Setup) -> None:
        setup.storage.away = True
        for item in ["a", "b", "poison", "c", "d"]:
            await setup.submit(item)
        setup.storage.away = False
        await setup.until_clear()
        assert setup.happened["refused"] == 1

    with caplog.at_level(logging.ERROR):
        assert run(tmp_path, scenario).stored == ["a", "b", "c", "d"]
    (kept,) = (tmp_path / "aside").iterdir()
    assert TEXTS.decode(kept.read_bytes()).items == ["poison"]
    assert str(kept) in caplog.text


def test_damage_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    async def leave(setup: Setup) -> None:
        setup.storage.away = True
        for item in ["a", "middle", "c"]:
            await setup.submit(item)

    run(tmp_path, leave)
    for path in tmp_path.glob("*.spool"):
        path.write_bytes(path.read_bytes().replace(b"middle", b"muddle"))
    path.write_bytes(path.read_bytes() + b"\xf5ORS torn")
    counts: Counter[str] = Counter()

    async def drain(setup: Setup) -> None:
        await setup.until_clear()
        counts.update(setup.happened)

    assert run(tmp_path, drain).stored == ["a", "c"]
    assert counts["damaged"] == 2
    assert any(b"muddle" in kept.read_bytes() for kept in (tmp_path / "aside").iterdir())


def test_a_spool_that_is_full_refuses_for_now(tmp_path: Path) -> None:
    async def scenario(setup: Setup) -> None:
        setup.storage.away = True
        assert await setup.submit("a") == [None]
        (refusal,) = await setup.submit("b" * 2000)
        assert isinstance(refusal, SpoolFullError)
        assert not isinstance(refusal, OverloadedError)
        assert refusal.retry_after_s > 0
        setup.storage.away = False
        await setup.until_clear()
        assert await setup.submit("c") == [None]

    assert run(tmp_path, scenario, limit=1000).stored == ["a", "c"]


def test_storage_that_goes_away_half_way_through_a_file_gets_the_rest_later(
    tmp_path: Path,
) -> None:
    """Each batch under the token of its first attempt, so that none is stored twice or lost."""
    spool = Spool(tmp_path, SpoolBudget(1 << 20))
    tried = [Batch([f"tried{n}"], f"token{n}", attempted=True) for n in range(3)]
    fresh = [Batch([f"fresh{n}"], "unused") for n in range(3)]
    for pair in zip(tried, fresh, strict=True):
        for batch in pair:
            spool.append(TEXTS.encode(batch))
    spool.close()
    storage = Storage()
    # Every other write is stored and its answer lost; that is not known, so it is tried again.
    plain = Storage.__call__

    class Unreliable(Storage):
        calls = 0

        def __call__(self, items: Sequence[str], token: str) -> None:
            plain(self, items, token)
            Unreliable.calls += 1
            if Unreliable.calls % 2:
                raise UnavailableError("the answer was lost")

    storage = Unreliable()
    run(tmp_path, Setup.until_clear, storage)
    assert storage.stored == ["tried0", "fresh0", "tried1", "fresh1", "tried2", "fresh2"]


def test_what_may_be_stored_already_is_written_as_such(tmp_path: Path) -> None:
    """What was attempted, what an earlier process left, and what failed on its way out."""
    repeated: list[str] = []

    class Repeating(Setup):
        def __init__(self, folder: Path, storage: Storage) -> None:
            super().__init__(folder, storage)
            self.backlog = Backlog("test", self.spool, TEXTS, storage, repeat=self._repeat)

        def _repeat(self, items: Sequence[str], token: str) -> None:
            self.storage(items, token)
            repeated.extend(items)

    async def put(folder: Path, *batches: Batch[str], lost_answers: int = 0) -> list[str]:
        repeated.clear()
        storage = Storage()
        storage.lost_answers = lost_answers
        setup = Repeating(folder, storage)
        setup.backlog.start()
        for batch in batches:
            await setup.backlog.put(batch)
        await setup.until_clear()
        await setup.backlog.stop()
        return repeated.copy()

    spool = Spool(tmp_path / "earlier", SpoolBudget(1 << 20))
    spool.append(TEXTS.encode(Batch(["left"], "token")))
    spool.close()
    new, attempted = Batch(["new"], "token"), Batch(["attempted"], "token", attempted=True)
    assert asyncio.run(put(tmp_path / "new", new)) == []
    assert asyncio.run(put(tmp_path / "attempted", attempted)) == ["attempted"]
    assert asyncio.run(put(tmp_path / "earlier")) == ["left"]
    assert asyncio.run(put(tmp_path / "failed", new, lost_answers=1)) == ["new"]


def test_a_constant_stream_leaves_the_spool_again(tmp_path: Path) -> None:
    """New batches wait for the last of the old ones, or they would always find some before them."""

    async def scenario(setup: Setup) -> None:
        setup.storage.away = True
        await setup.submit("first")
        setup.storage.away = False
        written = 0
        async with asyncio.timeout(60):
            while not written or setup.happened["written"] > written:
                written = setup.happened["written"]
                for number in range(5):
                    await setup.submit(f"{written}-{number}")
        assert setup.backlog.is_clear

    run(tmp_path, scenario)

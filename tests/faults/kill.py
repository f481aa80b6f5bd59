"""kill -9 at random moments under load, and the count afterwards.

``python -m tests.faults.kill --seconds 120`` does it for that long and prints the figures; the
tests beside the command line's do a few rounds.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults import kill_care
from tests.faults.load import Load, Tally
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.process import Program, Up, receive, wait_for, wait_for_more_of_each

Again = Callable[[int], bool]
"""Whether to do one more round after so many."""

_QUICK = ("--commit-delay-ms", "10")


def kill_up(
    folder: Path,
    again: Again,
    chance: random.Random,
    senders: int = 4,
    inspect: Callable[[Up, Load], None] = lambda _up, _load: None,
) -> tuple[int, Tally]:
    """``otel-replay up`` is killed and started again; returns the rounds and the count.

    `inspect` looks at it in the end.
    """
    with Up(folder / "data", *_QUICK) as up:
        rounds = 0
        with Load(lambda: str(up.addresses["otlp_http"]), senders) as load:
            while again(rounds):
                _wait_for_more(load, chance.randint(5, 60))
                up.kill()
                up.start()
                rounds += 1
            _wait_for_more(load, 5)
            # What a kill left without an answer is sent again. A pack may hold it that no row
            # points to yet, and for good when its sender had ended: fsck would find it.
            wait_for_more_of_each(
                "a chunk of each sender", lambda: [len(s.chunks) for s in load.senders]
            )
        tally = load.count(up.sql)
        inspect(up, load)
        assert up.terminate() == 0
    return rounds, tally


def kill_receive(
    folder: Path, again: Again, chance: random.Random, senders: int = 4
) -> tuple[int, Tally]:
    """``otel-replay receive`` and its ClickHouse are killed in turn: the receiver while all is
    well, ClickHouse under it, and the receiver while ClickHouse is away and the spool holds data.
    """
    faults = [_kill_receiver, _kill_clickhouse, _kill_both]
    with ClickHouseServer(folder / "server") as clickhouse:
        with receive(folder / "receive", clickhouse.url(), *_QUICK) as program:
            receiver = _Receiver(program)
            rounds = 0
            with Load(lambda: receiver.url, senders) as load:
                while again(rounds):
                    _wait_for_more(load, chance.randint(5, 60))
                    faults[rounds % len(faults)](receiver, clickhouse, load, chance)
                    rounds += 1
                _wait_for_more(load, 5)
            spool = folder / "receive" / "spool"
            wait_for("the spool to be drained", lambda: not any(spool.rglob("*.spool")))
            tally = load.count(clickhouse.sql)
            assert program.terminate() == 0
        assert not list(spool.rglob("*.damaged")), "the spool was damaged"
        assert not list(spool.rglob("*.refused")), "storage refused what was acknowledged"
    return rounds, tally


class _Receiver:
    """A receiver that comes back on another port each time."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.url = program.address("OTLP/HTTP")

    def kill(self) -> None:
        """Kills it and starts it again."""
        self._program.kill()
        self._program.start()
        self.url = self._program.address("OTLP/HTTP")


def _kill_receiver(
    receiver: _Receiver, _clickhouse: ClickHouseServer, _load: Load, _chance: random.Random
) -> None:
    receiver.kill()


def _kill_clickhouse(
    _receiver: _Receiver, clickhouse: ClickHouseServer, load: Load, chance: random.Random
) -> None:
    with clickhouse.away():
        _wait_for_more(load, chance.randint(5, 60))


def _kill_both(
    receiver: _Receiver, clickhouse: ClickHouseServer, load: Load, chance: random.Random
) -> None:
    with clickhouse.away():
        _wait_for_more(load, chance.randint(5, 60))
        receiver.kill()
        _wait_for_more(load, chance.randint(5, 30))
    # Into the draining.
    _wait_for_more(load, chance.randint(1, 10))
    receiver.kill()


def _wait_for_more(load: Load, requests: int) -> None:
    goal = load.acknowledged() + requests
    wait_for("more to be acknowledged", lambda: load.acknowledged() >= goal and load.is_mixed())


def _main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120, help="for each of them")
    parser.add_argument("--senders", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", choices=_ALL, action="append", help="not all of them")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    for name in options.only or _ALL:
        chance = random.Random(options.seed)
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            again = _until(started + options.seconds)
            if name in _UNDER_LOAD:
                rounds, tally = _UNDER_LOAD[name](Path(folder), again, chance, options.senders)
                _print(name, rounds, started)
                _print_tally(tally)
            elif name == "restore":
                rounds = kill_care.kill_restore(Path(folder), again, chance, options.senders)
                _print(name, rounds, started)
            else:
                scene = kill_care.kill_all(
                    Path(folder), [_OF_CARE[name]], again, chance, options.senders
                )
                _print(name, scene.rounds.total(), started)
                _print_scene(scene)


def _fsck(up: Up, _load: Load) -> None:
    kill_care.check_settled(up)


_UNDER_LOAD: dict[str, Callable[..., tuple[int, Tally]]] = {
    "up": partial(kill_up, inspect=_fsck),
    "receive": kill_receive,
}
_OF_CARE = {
    "compaction": kill_care.kill_working,
    "erasure": kill_care.kill_erasing,
    "backup": kill_care.kill_backup,
}
_ALL = (*_UNDER_LOAD, *_OF_CARE, "restore")


def _print(name: str, rounds: int, started: float) -> None:
    seconds = time.monotonic() - started
    print(f"{name}: {rounds} rounds in {seconds:.0f} s, with the check at the end", flush=True)


def _print_tally(tally: Tally) -> None:
    for kind, acknowledged in tally.acknowledged.items():
        missing, doubled = tally.missing[kind], tally.doubled[kind]
        print(f"  {kind:<6} {acknowledged:>7} acknowledged, {missing} missing, {doubled} twice")


def _print_scene(scene: kill_care.Scene) -> None:
    chunks, ended = len(scene.visitors.taken()), len(scene.visitors.ended())
    print(
        f"  {chunks:>7} chunks acknowledged, {ended} sessions ended, {len(scene.erased)} erased;"
        " fsck found nothing"
    )


def _until(end: float) -> Again:
    return lambda _rounds: time.monotonic() < end


if __name__ == "__main__":
    _main()

"""Claims on work: several workers on one database share it without doing it twice.

ClickHouse has no locks. A worker writes down what it claims, waits until others that did so at the
same moment have written too, and reads: the earliest claim holds. A claim lapses when it is not
renewed, so what a killed worker was at is taken up by another. In the rare case that two workers
both hold a claim (one insert took longer than the wait), the work is done twice: whoever uses
claims must be safe against that.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from otel_replay.errors import OtelReplayError, OverloadedError
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

WHOLE_PROJECT = ""
"""The key of a claim on everything at once."""
LOOK_S = 1.0
"""How often it is looked whether a claim was given up."""
SETTLE_S = 0.3
"""How long an insert of another worker may take before its claim is overlooked."""


def worker_name() -> str:
    """A name for this process and thread that nobody else has."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class Claims:
    """The claims of one worker. Every method raises QueryError and UnavailableError."""

    def __init__(
        self, database: Database, worker: str | None = None, settle_s: float = SETTLE_S
    ) -> None:
        self.worker = worker or worker_name()
        self._database = database
        self._settle_s = settle_s

    def take(self, kind: str, keys: Sequence[str], lease_s: float) -> list[str]:
        """Claims what nobody holds of `keys` for `lease_s`; returns those that are ours, in order.

        Waits a moment (`settle_s`), once for all keys.
        """
        taken = self.holders(kind, keys)
        free = [key for key in keys if taken.get(key, self.worker) == self.worker]
        if not free:
            return []
        self._write("claims_take", kind, free, lease_s)
        threading.Event().wait(self._settle_s)
        holders = self.holders(kind, free)
        ours = [key for key in free if holders.get(key) == self.worker]
        self.release(kind, [key for key in free if key not in ours])
        return ours

    def renew(self, kind: str, keys: Sequence[str], lease_s: float) -> None:
        """Makes our claims last `lease_s` from now on; those that have lapsed are gone."""
        self._write("claims_extend", kind, keys, lease_s)

    def release(self, kind: str, keys: Sequence[str]) -> None:
        """Gives claims up."""
        self._write("claims_extend", kind, keys, 0)

    def holders(self, kind: str, keys: Sequence[str] = (WHOLE_PROJECT,)) -> dict[str, str]:
        """Key to the worker that holds it, for those of `keys` that anybody holds."""
        if not keys:
            return {}
        parameters = {"kind": kind, "keys": list(keys)}
        rows = self._database.query(read_query(__package__, "claims_holders"), parameters)
        return {row["Key"]: row["Holder"] for row in rows}

    @contextmanager
    def holding(
        self,
        kind: str,
        key: str = WHOLE_PROJECT,
        lease_s: float = 60,
        patience_s: float = 0,
        waiting: Callable[[], None] = lambda: None,
    ) -> Iterator[threading.Event]:
        """Holds one claim as long as the context lasts, renewing it.

        Gives an event that is set when it could not be renewed: what is under way should then end.
        Raises OverloadedError when somebody else has it and has not given it up after `patience_s`;
        `waiting` is called each second until then.
        """
        deadline = time.monotonic() + patience_s
        while not self.take(kind, [key], lease_s):
            if time.monotonic() >= deadline:
                holder = self.holders(kind, [key]).get(key, "another worker")
                raise OverloadedError(
                    f"{kind} is under way already, by {holder}: wait until it is done", lease_s
                )
            waiting()
            threading.Event().wait(LOOK_S)
        with self.keeping(kind, [key], lease_s) as lost:
            yield lost

    @contextmanager
    def keeping(
        self, kind: str, keys: Collection[str], lease_s: float
    ) -> Iterator[threading.Event]:
        """Renews the claims that we hold on `keys`, whichever these are at each moment, as long as
        the context lasts, and releases them after it.

        A short lease is enough for work of any length, and what a killed worker was at is soon free
        again. Gives an event that is set when a claim was lost.
        """
        done, lost = threading.Event(), threading.Event()
        renewing = threading.Thread(
            target=self._keep, args=(kind, keys, lease_s, done, lost), name=f"claim-{kind}"
        )
        renewing.start()
        try:
            yield lost
        finally:
            done.set()
            renewing.join()
            self.release(kind, list(keys))

    def _keep(
        self,
        kind: str,
        keys: Collection[str],
        lease_s: float,
        done: threading.Event,
        lost: threading.Event,
    ) -> None:
        while not done.wait(lease_s / 3):
            held = list(keys)
            try:
                self.renew(kind, held, lease_s)
                holders = self.holders(kind, held)
                if any(holders.get(key) != self.worker for key in held if key in keys):
                    lost.set()
            except OtelReplayError:
                # It lasts for two more tries; one that came too late shows in what it finds.
                continue

    def _write(self, name: str, kind: str, keys: Sequence[str], lease_s: float) -> None:
        if keys:
            parameters = {
                "kind": kind,
                "worker": self.worker,
                "keys": list(keys),
                "lease_ms": round(lease_s * 1000),
            }
            self._database.command(read_query(__package__, name), parameters)

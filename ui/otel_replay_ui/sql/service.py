"""Runs people's statements: checked, limited, a few at a time, and ended when nobody waits."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otel_replay.errors import OtelReplayError, OverloadedError
from otel_replay.storage.clickhouse import Address, Database, EscapedValue, QueryError
from otel_replay.storage.reading import READ_SETTINGS, known_settings
from otel_replay_ui.sql.guard import checked

log = logging.getLogger(__name__)

LIMITS: dict[str, Any] = {
    "max_execution_time": 60,
    "max_threads": 1,
    "max_memory_usage": 2 * 1024**3,
    "max_result_bytes": 512 * 1024**2,
    "output_format_json_quote_64bit_integers": 0,
    # Ingest goes first: without it ten analysts took three quarters of the machine from it. Where
    # the process may not set it (CAP_SYS_NICE), it does nothing.
    "os_threads_nice_value_query": 19,
    # Last: once it holds, no other setting can be set.
    "readonly": 1,
}
AT_ONCE = 4
"""Statements that run at the same time: each may take as much memory as LIMITS say."""
LONGEST_WAIT_S = 30.0
"""A statement that found no place for so long is refused."""
LOOK_S = 0.25
"""How often it is looked whether the client is still there."""
NO_SUCH_DATABASE = 81
# The formatter quotes names that are keywords too, such as `Values`.
_FORMAT = re.compile(r"\nFORMAT `?(\w+)`?$")


def stays() -> bool:
    """The answer for a client that cannot be asked whether it has gone away."""
    return False


@dataclass(frozen=True)
class Question:
    """A statement as it came, and how it is to be answered."""

    statement: str
    parameters: Mapping[str, EscapedValue] = field(default_factory=dict)
    database: str = ""
    """The first one when empty."""
    output_format: str = "TabSeparated"
    """Unless the statement names one."""
    gone: Callable[[], bool] = stays
    """Whether the client has gone away."""


class SqlService:
    """Has connections of its own, read-only and with limits from their first statement on."""

    def __init__(self, addresses: Sequence[Address], at_once: int = 0) -> None:
        """`at_once` is AT_ONCE unless told."""
        self._masters = {a.database: Database(a) for a in addresses}
        """Connections that may end what runs on the others."""
        self._limited: dict[str, Database] = {}
        self._opening = threading.Lock()
        self._at_once = at_once or AT_ONCE
        self._places = threading.BoundedSemaphore(self._at_once)

    def answer(self, question: Question) -> tuple[bytes, str]:
        """The result and its format.

        Raises RefusedStatement, QueryError, UnavailableError, and OverloadedError when too many
        statements are running.
        """
        if not self._places.acquire(timeout=LONGEST_WAIT_S):
            raise OverloadedError(
                f"{self._at_once} statements are running, which is the limit: try again later"
            )
        try:
            return self._answer(question)
        finally:
            self._places.release()

    def _answer(self, question: Question) -> tuple[bytes, str]:
        name = question.database or next(iter(self._masters))
        if name not in self._masters:
            raise QueryError(
                f"Database {name[:80]} does not exist. (UNKNOWN_DATABASE)", NO_SUCH_DATABASE
            )
        database = self._database(name)
        canonical = checked(
            database, question.statement, question.parameters, frozenset(self._masters)
        )
        match = _FORMAT.search(canonical)
        fmt = match.group(1) if match else question.output_format
        statement = canonical[: match.start()] if match else canonical
        token = f"/* {uuid.uuid4()} */"
        parameters = dict(question.parameters)
        with self._watched(name, token, question.gone):
            data = database.query_bytes(f"{token} {statement}", fmt, parameters)
        return data, fmt

    def _database(self, name: str) -> Database:
        with self._opening:
            if name not in self._limited:
                master = self._masters[name]
                settings = known_settings(master, {**READ_SETTINGS, **LIMITS})
                self._limited[name] = Database(master.address, settings)
            return self._limited[name]

    @contextlib.contextmanager
    def _watched(self, name: str, token: str, gone: Callable[[], bool]) -> Iterator[None]:
        """Ends the statement with that token once its client has gone away."""
        if gone is stays:
            yield
            return
        done = threading.Event()
        watching = threading.Thread(
            target=self._watch, args=(name, token, gone, done), name="sql-watch", daemon=True
        )
        watching.start()
        try:
            yield
        finally:
            done.set()
            watching.join()

    def _watch(
        self, name: str, token: str, gone: Callable[[], bool], done: threading.Event
    ) -> None:
        while not done.wait(LOOK_S):
            if not gone():
                continue
            try:
                self._masters[name].command(
                    "KILL QUERY WHERE startsWith(query, {token:String}) ASYNC", {"token": token}
                )
            except OtelReplayError as exc:
                log.warning("a statement that nobody waits for goes on: %s", exc)
            return

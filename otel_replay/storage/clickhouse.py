"""Connects to ClickHouse: a server over HTTP, or the engine embedded in this process (chdb)."""

from __future__ import annotations

import queue
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from otel_replay.errors import ConfigError, OtelReplayError, UnavailableError
from otel_replay.storage import driver

DATABASE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
DEFAULT_DATABASE = "otel"
CONNECT_TIMEOUT_S = 5
SILENCE_S = 30
"""A server that says nothing for so long is away. While a statement runs it sends headers now and
then, so this is no limit on how long one may take."""
# Servers from 26 on gather inserts of their own accord: ours are batches already, and a token for
# deduplication is to mean this batch.
_INSERT_SETTINGS = {"async_insert": 0}
# For Distributed tables; plain ones do not heed them. Without the first, joins and IN across shards
# are refused; without the second, an insert is acknowledged before a shard has the rows.
PRODUCT_MODE = {"distributed_product_mode": "global"}
SERVER_SETTINGS = {**PRODUCT_MODE, "distributed_foreground_insert": 1}
OLDEST = (25, 9)
"""Of before, ClickHouse cannot decode OTLP as we need it: input_format_protobuf_oneof_presence."""
_LATE_INDEXES = (25, 10)
"""From here on an index can be left to the merges: the full-text one makes inserts slow."""
_TEXT_INDEX = "idx_body_text"
# ClickHouse compiles what it computes for the fourth time to machine code. A server does so once
# in its life; the embedded engine begins anew with each process, where most statements are over in
# milliseconds and compiling one takes up to a second: only what is run all the time is worth that.
_COMPILE_LATER = {
    f"min_count_to_compile_{what}": 100
    for what in ("expression", "aggregate_expression", "sort_description")
}


class QueryError(OtelReplayError):
    """ClickHouse refused a statement; ``code`` is its error number, 0 when it gave none."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Address:
    """Where ClickHouse is, read from ``OTEL_REPLAY_CLICKHOUSE``."""

    url: str
    embedded_path: Path | None
    """Folder of the embedded engine; None for a server."""
    database: str

    @classmethod
    def parse(cls, value: str) -> Address:
        """Reads ``chdb:///path[?database=name]`` or ``http(s)://user:password@host:port/database``.

        Raises ConfigError.
        """
        try:
            parts = urlsplit(value)
        except ValueError as exc:
            raise _no_address(value) from exc
        if parts.scheme == "chdb":
            path, database = Path(unquote(parts.path)), _query_value(parts.query, "database")
            usable = value.startswith("chdb:///") and bool(parts.path.strip("/"))
        else:
            path, database = None, parts.path.strip("/")
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        database = database or DEFAULT_DATABASE
        if not usable or not DATABASE_NAME.fullmatch(database):
            raise _no_address(value)
        if path is not None and "?" in str(path):
            raise ConfigError(
                f"the folder {path} has a '?' in its name, where the embedded ClickHouse takes a"
                " path to end: choose another one"
            )
        return cls(value, path, database)

    def with_database(self, name: str) -> Address:
        """The same ClickHouse, another database."""
        parts = urlsplit(self.url)
        if self.embedded_path is not None:
            return Address.parse(f"chdb://{parts.path}?database={name}")
        return Address.parse(parts._replace(path=f"/{name}").geturl())

    @property
    def shown(self) -> str:
        """The address without its password, for messages."""
        return _without_password(self.url)


def _no_address(value: str) -> ConfigError:
    return ConfigError(
        f"OTEL_REPLAY_CLICKHOUSE is {_without_password(value)!r}: expected chdb:///path or"
        " http(s)://user:password@host:port/database"
    )


@dataclass(frozen=True, slots=True)
class EscapedValue:
    """The value of a parameter as ClickHouse's HTTP interface has it, escaped by its sender.

    The driver escapes strings, and writes everything that it does not know as its `str()`.
    """

    text: str

    def __str__(self) -> str:
        return self.text


def _query_value(query: str, name: str) -> str:
    return next((v for k, _, v in (p.partition("=") for p in query.split("&")) if k == name), "")


def _without_password(url: str) -> str:
    return re.sub(r"//([^/@:]*):[^@/]*@", r"//\1:***@", url)


class Database:
    """A project's database. Safe for threads: each statement takes a client of its own.

    Every method raises QueryError when ClickHouse refuses the statement, and UnavailableError when
    it cannot be reached.
    """

    def __init__(self, address: Address, lasting: Mapping[str, int] | None = None) -> None:
        """`lasting` are settings for what is asked with `query_bytes`, set in their order. On the
        embedded engine they belong to the connections, and hold for all statements."""
        self.address = address
        self._lasting = dict(lasting or {})
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._created = False
        self._version = (0, 0)

    @property
    def version(self) -> tuple[int, int]:
        """Year and month of ClickHouse's version. Raises ConfigError when it is too old."""
        if not self._created:
            self._idle.put(self._open())
        return self._version

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Runs a SELECT; returns its rows by column name. Parameters are ``{name:Type}`` in it."""
        with self._client() as client:
            result = client.query(
                sql, parameters=dict(parameters or {}), settings=dict(settings or {})
            )
            return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]

    def command(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Runs a statement that returns nothing."""
        with self._client() as client:
            client.command(sql, parameters=dict(parameters or {}), settings=dict(settings or {}))

    def insert(
        self,
        table: str,
        rows: Sequence[Mapping[str, Any]],
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Inserts rows by column name; all rows have the keys of the first. Returns once stored."""
        if not rows:
            return
        names = list(rows[0])
        with self._client() as client:
            client.insert(
                table,
                [[row[name] for name in names] for row in rows],
                column_names=names,
                settings={**self._insert_settings(), **(settings or {})},
            )

    def insert_bytes(self, table: str, data: bytes, fmt: str, settings: Mapping[str, Any]) -> None:
        """Inserts bytes that ClickHouse decodes by the input format `fmt`. Returns once stored."""
        with self._client() as client:
            client.raw_insert(
                table, insert_block=data, fmt=fmt, settings={**self._insert_settings(), **settings}
            )

    def query_bytes(
        self,
        sql: str,
        fmt: str | None,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Runs a SELECT; returns its result as ClickHouse's output format `fmt` writes it.

        Without one the statement names its own.
        """
        settings = dict(settings or {})
        if self.address.embedded_path is None:
            settings = {**self._lasting, **settings}
        with self._client() as client:
            result = client.raw_query(
                sql, fmt=fmt, parameters=dict(parameters or {}), settings=settings
            )
            return bytes(result)

    def close(self) -> None:
        """Closes the clients that are idle."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _insert_settings(self) -> dict[str, Any]:
        if self._version < _LATE_INDEXES:
            return _INSERT_SETTINGS
        return {**_INSERT_SETTINGS, "exclude_materialize_skip_indexes_on_insert": _TEXT_INDEX}

    @contextmanager
    def _client(self) -> Iterator[Any]:
        client = self._take()
        try:
            with _translated(self.address):
                yield client
        except UnavailableError:
            client.close()
            raise
        except BaseException:
            self._idle.put(client)
            raise
        self._idle.put(client)

    def _take(self) -> Any:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._open()

    def _open(self) -> Any:
        clickhouse_connect = driver.load()
        with _translated(self.address):
            client = self._connect(clickhouse_connect)
            if self.address.embedded_path is not None:
                # With a statement, each would be asked for, set, and set back: 20 ms in all.
                client.command(_set({**_COMPILE_LATER, **self._lasting}))
            return client

    def _connect(self, clickhouse_connect: Any) -> Any:
        name, embedded = self.address.database, self.address.embedded_path
        if not self._created:
            client = self._first_client(clickhouse_connect)
            self._version = _checked_version(str(client.command("SELECT version()")), self.address)
            client.command(f"CREATE DATABASE IF NOT EXISTS `{name}`")
            client.database = name
            self._created = True
            return client
        if embedded is not None:
            return clickhouse_connect.get_client(
                interface="chdb", path=str(embedded), database=name
            )
        return _server_client(clickhouse_connect, self.address.url, name)

    def _first_client(self, clickhouse_connect: Any) -> Any:
        """One outside of the database, which may not exist."""
        if self.address.embedded_path is not None:
            return _start_engine(clickhouse_connect, self.address.embedded_path)
        root = urlsplit(self.address.url)._replace(path="").geturl()
        return _server_client(clickhouse_connect, root, None)


def _checked_version(text: str, address: Address) -> tuple[int, int]:
    """Year and month of a version such as 26.9.2.1. Raises ConfigError."""
    match = re.match(r"(\d+)\.(\d+)", text)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    if version < OLDEST:
        raise ConfigError(
            f"ClickHouse at {address.shown} is version {text[:40]}: otel-replay needs"
            f" {OLDEST[0]}.{OLDEST[1]} or later, so upgrade the server, or use the embedded one"
            " (leave OTEL_REPLAY_CLICKHOUSE out)"
        )
    return version


def _server_client(clickhouse_connect: Any, url: str, database: str | None) -> Any:
    return clickhouse_connect.get_client(
        dsn=url,
        database=database,
        settings=SERVER_SETTINGS,
        autogenerate_session_id=False,
        connect_timeout=CONNECT_TIMEOUT_S,
        send_receive_timeout=SILENCE_S,
    )


def _set(settings: Mapping[str, int]) -> str:
    return "SET " + ", ".join(f"{name} = {value}" for name, value in settings.items())


def _start_engine(clickhouse_connect: Any, folder: Path) -> Any:
    """Starts the embedded engine. Raises ConfigError when it cannot have the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return clickhouse_connect.get_client(interface="chdb", path=str(folder))
    except (OSError, clickhouse_connect.driver.exceptions.ClickHouseError) as exc:
        raise ConfigError(
            f"the embedded ClickHouse cannot open {folder}: stop the process that has it open, or"
            f" choose a folder that is writable ({exc})"
        ) from exc


@contextmanager
def _translated(address: Address) -> Iterator[None]:
    """Turns the driver's exceptions into ours."""
    from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

    try:
        yield
    except ImportError as exc:
        raise ConfigError(
            "the embedded ClickHouse is not installed:"
            " run pip install 'otel-replay[server,embedded]'"
        ) from exc
    except (OperationalError, OSError) as exc:
        raise UnavailableError(f"ClickHouse at {address.shown} is away: {_reason(exc)}") from exc
    except ClickHouseError as exc:
        if _NO_CLICKHOUSE_ANSWER.search(str(exc)):
            message = f"ClickHouse at {address.shown} is away: {_reason(exc)}"
            raise UnavailableError(message) from exc
        code = re.search(r"[Cc]ode:?\s*(\d+)", str(exc))
        raise QueryError(str(exc), int(code.group(1)) if code else 0) from exc


# A proxy in front of ClickHouse answers like this when it finds none behind it.
_NO_CLICKHOUSE_ANSWER = re.compile(r"HTTP driver received HTTP status (5\d\d|429)")


def _reason(error: Exception) -> str:
    """The driver's words without the address, which may be long."""
    cause = error.__cause__ or error
    text = str(getattr(cause, "reason", None) or getattr(cause, "strerror", None) or cause)
    return text.removeprefix(text.partition("): ")[0] + "): ")[:300]

"""``otel-replay sql``: asks the process that has the data folder, or the database itself."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from otel_replay.cli.lock import DataFolder, read_holder, read_token
from otel_replay.config import Settings
from otel_replay.errors import ConfigError, PermanentError, UnavailableError
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.reading import read_settings
from otel_replay_ui.sql.guard import checked

FORMATS = {
    "table": "PrettyCompactMonoBlock",
    "csv": "CSVWithNames",
    "tsv": "TabSeparatedWithNames",
    "json": "JSON",
    "ndjson": "JSONEachRow",
    "parquet": "Parquet",
}
"""Short names of formats; any other is ClickHouse's own."""
FROM_STDIN = "-"
_BINARY = frozenset({"Parquet", "Native", "RowBinary", "Arrow", "ArrowStream", "ORC", "Avro"})
_NAMES_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_OTHERS_ANSWER_S = 120


def run_query(settings: Settings, statement: str, output_format: str, output: str = "") -> None:
    """Writes the result of a statement to the file `output`, else to standard output.

    `output_format` is a key of FORMATS, a format of ClickHouse, or empty: by the file's name then,
    else a table. A format that the statement names goes before it. Raises OtelReplayError.
    """
    if statement == FROM_STDIN:
        statement = sys.stdin.read()
    if not statement.strip():
        raise ConfigError('the statement is empty: expected one such as "SELECT * FROM sessions"')
    fmt = _chosen_format(statement, output_format, output)
    if fmt in _BINARY and not output and sys.stdout.isatty():
        raise ConfigError(
            f"{fmt} is no text: name a file with --output, or send it on through a pipe"
        )
    target = _writable(output) if output else None
    data = _asked(settings, statement, fmt)
    if target is None:
        _print(data)
    else:
        _write(target, data)


def _chosen_format(statement: str, output_format: str, output: str) -> str:
    named = _NAMES_FORMAT.search(statement)
    if named:
        return named.group(1)
    by_name = Path(output).suffix.lstrip(".").lower()
    chosen = output_format or (by_name if by_name in FORMATS else "table")
    return FORMATS.get(chosen, chosen)


def _writable(output: str) -> Path:
    """The file's absolute path, before the statement runs and the working directory moves."""
    path = Path(output).absolute()
    if path.is_dir() or not path.parent.is_dir():
        raise ConfigError(f"--output is {output!r}: expected a file in a folder that exists")
    return path


def _write(path: Path, data: bytes) -> None:
    """Replaces the file at once, so that nobody reads half of a result."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as exc:
        part.unlink(missing_ok=True)
        raise ConfigError(f"{path} cannot be written: {exc.strerror}") from exc


def _asked(settings: Settings, statement: str, fmt: str) -> bytes:
    address = Address.parse(settings.clickhouse_url)
    if address.embedded_path is None:
        return _run(address, statement, fmt)
    if not settings.data.exists() and not address.embedded_path.exists():
        raise ConfigError(
            f"there is no data in {settings.data}: start otel-replay up first, or name"
            " the folder with --data"
        )
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(DataFolder(settings.data))
        except ConfigError:
            url = str(read_holder(settings.data).get("sql", ""))
            if not url:
                raise
            return _ask(url, read_token(settings.data), statement, fmt)
        _work_in_data(address.embedded_path)
        return _run(address, statement, fmt)


def _run(address: Address, statement: str, fmt: str) -> bytes:
    """Checked as where another process answers, so that a statement means the same at any time."""
    database = Database(address)
    checked_statement = checked(database, statement, {}, {address.database})
    return database.query_bytes(
        checked_statement,
        None if _NAMES_FORMAT.search(checked_statement) else fmt,
        settings=read_settings(database),
    )


def _work_in_data(path: Path) -> None:
    os.chdir(path.parent)


def _ask(url: str, token: str, statement: str, output_format: str) -> bytes:
    query = urllib.parse.urlencode({"default_format": output_format})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{url}/?{query}", statement.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=_OTHERS_ANSWER_S) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as exc:
        raise PermanentError(exc.read().decode("utf-8", "replace").strip()) from exc
    except OSError as exc:
        raise UnavailableError(f"the process at {url} does not answer: {exc}") from exc


def _print(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.flush()

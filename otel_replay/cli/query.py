"""``otel-replay sql``: asks the process that has the data folder, or the database itself."""

from __future__ import annotations

import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from otel_replay.cli.lock import DataFolder, read_holder
from otel_replay.config import Settings
from otel_replay.errors import ConfigError, PermanentError, UnavailableError
from otel_replay.storage.clickhouse import Address, Database

_NAMES_FORMAT = re.compile(r"\bFORMAT\s+\w+\s*;?\s*$", re.IGNORECASE)


def run_query(settings: Settings, statement: str, output_format: str) -> None:
    """Prints the result of a statement in ClickHouse's format; one that the statement names itself
    goes before `output_format`. Raises OtelReplayError."""
    address = Address.parse(settings.clickhouse_url)
    if address.embedded_path is None:
        _print(_run(address, statement, output_format))
        return
    if not settings.data.exists() and not address.embedded_path.exists():
        raise ConfigError(
            f"there is no data in {settings.data}: start otel-replay up first, or name"
            " the folder with --data"
        )
    try:
        with DataFolder(settings.data):
            _work_in_data(address.embedded_path)
            _print(_run(address, statement, output_format))
    except ConfigError:
        url = str(read_holder(settings.data).get("sql", ""))
        if not url:
            raise
        _print(_ask(url, statement, output_format))


def _run(address: Address, statement: str, output_format: str) -> bytes:
    fmt = None if _NAMES_FORMAT.search(statement) else output_format
    return Database(address).query_bytes(statement, fmt)


def _work_in_data(path: Path) -> None:
    os.chdir(path.parent)


def _ask(url: str, statement: str, output_format: str) -> bytes:
    query = urllib.parse.urlencode({"default_format": output_format})
    request = urllib.request.Request(f"{url}/?{query}", statement.encode())
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as exc:
        raise PermanentError(exc.read().decode("utf-8", "replace").strip()) from exc
    except OSError as exc:
        raise UnavailableError(f"the process at {url} does not answer: {exc}") from exc


def _print(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.flush()

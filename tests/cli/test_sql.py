"""``otel-replay sql``: formats, files, and what it says when something does not fit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from otel_replay.cli.lock import read_holder
from tests.support.process import Up

STATEMENT = "SELECT 1 AS n, 'a,b' AS text"


def sql(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "otel_replay", "sql", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A data folder that a running process has, so that each statement goes through it. Others need
    a password there."""
    with Up(tmp_path_factory.mktemp("sql") / "data", "--sql-users", "ada:her password") as up:
        yield str(up.data)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("csv", '"n","text"\n1,"a,b"\n'),
        ("tsv", "n\ttext\n1\ta,b\n"),
        ("ndjson", '{"n":1,"text":"a,b"}\n'),
        ("TSV", "1\ta,b\n"),
    ],
)
def test_formats_have_short_names_and_clickhouses_own(data: str, name: str, expected: str) -> None:
    result = sql(STATEMENT, "--data", data, "--format", name)
    assert (result.returncode, result.stdout) == (0, expected), result.stderr


def test_the_process_has_no_pandas_in_memory(data: str) -> None:
    """The driver would load it for the rows that are inserted."""
    mapped = Path(f"/proc/{read_holder(Path(data))['pid']}/maps").read_text(encoding="utf-8")
    assert "chdb" in mapped
    assert "pandas" not in mapped


def test_without_a_format_it_is_a_table_to_read(data: str) -> None:
    result = sql("-", "--data", data, stdin=STATEMENT)
    assert "│ 1 │ a,b" in result.stdout


def test_a_files_name_tells_its_format(data: str, tmp_path: Path) -> None:
    for name in ("out.json", "out.parquet"):
        result = sql(STATEMENT, "--data", data, "--output", str(tmp_path / name))
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert json.loads((tmp_path / "out.json").read_text())["data"] == [{"n": 1, "text": "a,b"}]
    assert (tmp_path / "out.parquet").read_bytes()[:4] == b"PAR1"


def test_a_statement_that_fails_leaves_the_file_as_it_was(data: str, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")
    result = sql("SELECT no_such_column", "--data", data, "--output", str(target))
    assert result.returncode == 1
    assert "no_such_column" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_text() == "before"


def test_a_file_that_cannot_be_and_an_empty_statement_are_said_so(data: str) -> None:
    result = sql(STATEMENT, "--data", data, "--output", "/no/such/folder/out.csv")
    assert result.returncode == 2
    assert "--output is '/no/such/folder/out.csv': expected a file in a folder" in result.stderr
    assert "the statement is empty" in sql(" ", "--data", data).stderr


def test_the_process_wants_a_user_of_others(data: str) -> None:
    address = read_holder(Path(data))["sql"]
    query = {"query": "SELECT 1"}
    assert requests.get(address, query, timeout=60).status_code == 401
    assert requests.get(address, query, auth=("ada", "her password"), timeout=60).text == "1\n"
    assert sql("SELECT * FROM project_settings", "--data", data).returncode == 1


def test_copies_of_a_row_count_once_without_final(data: str) -> None:
    result = sql(
        "SELECT value FROM system.settings WHERE name = 'final'", "--data", data, "--format", "TSV"
    )
    assert result.stdout == "1\n"

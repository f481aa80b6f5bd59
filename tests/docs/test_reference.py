"""The reference says what the code says."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from otel_replay import semconv
from otel_replay.care.findings import KINDS
from otel_replay.cli.query import FORMATS
from otel_replay.config import settings_fields
from otel_replay.sessions.chunks import MAX_CHUNK_BYTES
from otel_replay_receivers.otlp.connections import MAX_HEADER_BYTES
from otel_replay_receivers.otlp.encoding import MAX_FRAMES, ZSTD_WINDOW_LOG
from tests.docs.pages import ROOT, prose, sections, table
from tests.support.process import Up

REFERENCE = ROOT / "docs" / "reference"
CONFIGURATION = REFERENCE / "configuration.md"
TABLES = REFERENCE / "tables.md"
CLI = REFERENCE / "cli.md"
CARE = REFERENCE / "care.md"
WIRE_FORMAT = REFERENCE / "wire-format.md"
INGEST = REFERENCE / "ingest.md"


def test_the_settings_are_those_of_the_code() -> None:
    documented = [row[:3] for row in table(prose(CONFIGURATION), "flag")]
    assert documented == [
        [f"--{s.name.replace('_', '-')}", f"OTEL_REPLAY_{s.name.upper()}", s.name]
        for s in settings_fields()
    ]


def test_the_defaults_are_those_of_the_code() -> None:
    documented = {row[2]: row[3] for row in table(prose(CONFIGURATION), "flag")}
    # Settings whose default is computed are described in words.
    plain = [s for s in settings_fields() if s.default not in ("", ())]
    assert {s.name: documented[s.name] for s in plain} == {s.name: str(s.default) for s in plain}


def test_the_tables_are_those_of_the_database(up: Up) -> None:
    existing = up.sql(
        "SELECT name FROM system.tables"
        " WHERE database = 'otel' AND engine NOT IN ('MaterializedView', 'Null')"
    )
    documented = set(sections(TABLES)) - {"Views"}
    assert documented == {row["name"] for row in existing}


@pytest.mark.parametrize("name", sorted(set(sections(TABLES)) - {"Views"}))
def test_a_table_is_as_described(name: str, up: Up) -> None:
    documented = table(sections(TABLES)[name], "column")
    assert all(meaning for _, _, meaning in documented)
    existing = up.sql(f"DESCRIBE TABLE {name}")
    assert [[row["name"], row["type"]] for row in existing] == [row[:2] for row in documented]


@pytest.mark.parametrize("name", sorted(set(sections(TABLES)) - {"Views"}))
def test_a_tables_engine_and_order_are_as_described(name: str, up: Up) -> None:
    (row,) = up.sql(
        f"SELECT engine, sorting_key FROM system.tables WHERE database = 'otel' AND name = '{name}'"
    )
    order = f", ordered by `({row['sorting_key']})`" if row["engine"] != "View" else ", times as"
    assert f"`{row['engine']}`{order}" in sections(TABLES)[name]


def test_the_views_are_those_of_the_database(up: Up) -> None:
    existing = up.sql(
        "SELECT name FROM system.tables WHERE database = 'otel'"
        " AND engine = 'MaterializedView' AND name NOT LIKE 'ingest%'"
    )
    documented = {row[0] for row in table(sections(TABLES)["Views"], "view")}
    assert documented == {row["name"] for row in existing}


def test_the_commands_are_those_of_the_help() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "otel_replay", "--help"],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    existing = re.findall(r"^    ([a-z]+)\b", result.stdout, re.MULTILINE)
    assert sorted(row[0] for row in table(prose(CLI), "command")) == sorted(existing)


def test_the_formats_are_those_of_the_code() -> None:
    documented = {row[0].split("`")[0]: row[1] for row in table(prose(CLI), "`--format`")}
    assert documented == FORMATS


def test_the_findings_of_fsck_are_those_of_the_code() -> None:
    documented = [row[0] for row in table(prose(CARE), "finding")]
    assert sorted(documented) == sorted(kind.name for kind in KINDS)


def test_the_attributes_of_a_chunk_are_those_of_the_code() -> None:
    names = {v for k, v in vars(semconv).items() if k.startswith("REPLAY_")}
    documented = {row[0] for row in table(prose(WIRE_FORMAT), "attribute")}
    assert names - {semconv.REPLAY_DROPPED_REASON} <= documented
    assert documented <= names | {semconv.SESSION_ID, semconv.USER_ID}


def test_the_limit_of_a_chunk_is_that_of_the_code() -> None:
    assert f"1 byte to {MAX_CHUNK_BYTES >> 20} MiB" in prose(WIRE_FORMAT)


def test_the_limits_of_ingest_are_those_of_the_code() -> None:
    limits = {row[0]: row[1] for row in table(prose(INGEST), "limit")}
    assert limits["headers of a request"] == f"{MAX_HEADER_BYTES >> 10} KiB"
    assert limits["gzip members or zstd frames in a body"] == str(MAX_FRAMES)
    assert f"windows up to {2**ZSTD_WINDOW_LOG >> 20} MiB" in prose(INGEST)

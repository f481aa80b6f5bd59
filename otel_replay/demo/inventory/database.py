"""The SQLite file of the inventory. Statements are the files in ``sql/``, called by their names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

SQL_FOLDER = Path(__file__).parent / "sql"
LOCK_LIMIT_S = 5.0

Row = dict[str, Any]


class Database:
    """One transaction on the file: ``with Database.open(path) as database: ...``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Database]:
        """Open ``path``; commit at the end of the block, roll back when it raises."""
        with closing(sqlite3.connect(path, timeout=LOCK_LIMIT_S)) as connection:
            connection.row_factory = _row
            with connection:
                yield cls(connection)

    def create(self) -> None:
        """Make the tables and fill in the products; safe to repeat."""
        self._connection.executescript(statement("schema") + statement("seed"))

    def rows(self, name: str, values: Mapping[str, object] | None = None) -> list[Row]:
        """Return all rows of the query in ``sql/NAME.sql``."""
        # The instrumentation sees what goes through a cursor, not Connection.execute().
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement(name), values or {})
            return cursor.fetchall()

    def row(self, name: str, values: Mapping[str, object]) -> Row | None:
        """Return the first row of the query, or None."""
        return next(iter(self.rows(name, values)), None)

    def change(self, name: str, values: Mapping[str, object]) -> int:
        """Run the statement in ``sql/NAME.sql``; return how many rows it changed."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement(name), values)
            return cursor.rowcount


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/NAME.sql``."""
    return (SQL_FOLDER / f"{name}.sql").read_text()


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}

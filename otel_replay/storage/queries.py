"""Reads .sql files: the ones that lie beside the code using them, and ones of many statements."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_INCLUDE = re.compile(r"\{\{(\w+)\}\}")


@cache
def read_query(package: str, name: str) -> str:
    """The text of `sql/<name>.sql` in `package`; ``{{other}}`` in it includes `sql/<other>.sql`."""
    text = (resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda match: read_query(package, match.group(1)).strip(), text).strip()


def statements(text: str) -> list[str]:
    """Splits a file at the semicolons that end a line."""
    return [part for part in (p.strip() for p in re.split(r";\s*(?:\n|$)", text)) if part]

"""Reads the .sql files that lie beside the code using them."""

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

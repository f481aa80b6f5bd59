"""What a blob's key may look like."""

from __future__ import annotations

import re

_KEY = re.compile(r"(?!.*(^|/)\.{1,2}(/|$))[A-Za-z0-9_\-./]{1,512}")


def check_key(key: str) -> str:
    """Returns the key when it is well-formed. Raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"blob key {key!r}: expected a relative path of letters, digits, - _ . /")
    return key

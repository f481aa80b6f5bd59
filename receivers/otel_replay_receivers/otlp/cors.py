"""What browsers are told about which pages may send here (Fetch standard, "CORS protocol")."""

from __future__ import annotations

import re

_MAX_AGE_S = 7200
_HEADER_NAMES = re.compile(r"[A-Za-z0-9\-, _]{1,1000}")

Headers = tuple[tuple[str, str], ...]


def response_headers(origin: str, *, allowed: bool) -> Headers:
    """Headers for any response to a page. Credentials are never allowed: keys are headers."""
    if not origin:
        return ()
    if not allowed:
        return (("vary", "origin"),)
    return (
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", "retry-after"),
        ("vary", "origin"),
    )


def preflight_headers(methods: str, requested_headers: str) -> Headers:
    """Headers for the answer to a preflight of an allowed origin."""
    headers: Headers = (
        ("access-control-allow-methods", methods),
        ("access-control-max-age", str(_MAX_AGE_S)),
    )
    if _HEADER_NAMES.fullmatch(requested_headers):
        headers += (("access-control-allow-headers", requested_headers),)
    return headers

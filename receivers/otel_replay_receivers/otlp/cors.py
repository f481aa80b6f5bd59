"""Which web pages may send here (Fetch standard, "CORS protocol")."""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOPBACK_ORIGINS = (
    "http://localhost",
    "http://localhost:*",
    "https://localhost:*",
    "http://127.0.0.1",
    "http://127.0.0.1:*",
    "https://127.0.0.1:*",
    "http://[::1]:*",
)
"""Pages of the developer's own machine: what is allowed when nothing else is set."""

_MAX_AGE_S = 7200


class Cors:
    """Answers for a list of allowed origins, in which ``*`` stands for any run of characters."""

    def __init__(self, allowed_origins: Sequence[str]) -> None:
        self._allowed = tuple(allowed_origins)
        patterns = (re.escape(origin.strip().lower()) for origin in allowed_origins)
        self._pattern = re.compile("|".join(p.replace(r"\*", ".*") for p in patterns) or r"(?!)")

    def allows(self, origin: str) -> bool:
        """Whether a page of that origin may send here."""
        return bool(self._pattern.fullmatch(origin.lower()))

    def headers(self, origin: str) -> tuple[tuple[str, str], ...]:
        """Headers for any response to a page. Credentials are never allowed: keys are headers."""
        if not origin:
            return ()
        if not self.allows(origin):
            return (("vary", "origin"),)
        return (
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", "retry-after"),
            ("vary", "origin"),
        )

    def preflight_headers(self, requested_headers: str) -> tuple[tuple[str, str], ...]:
        """Headers for the answer to a preflight of an allowed origin."""
        headers = [
            ("access-control-allow-methods", "POST, OPTIONS"),
            ("access-control-max-age", str(_MAX_AGE_S)),
        ]
        if re.fullmatch(r"[A-Za-z0-9\-, _]{1,1000}", requested_headers):
            headers.append(("access-control-allow-headers", requested_headers))
        return tuple(headers)

    def refusal(self, origin: str) -> str:
        """Tells the developer what to do about a refused preflight."""
        return (
            f"origin {origin[:200]!r} may not send here: allowed are {', '.join(self._allowed)}."
            " Add it with --cors-allowed-origins"
        )

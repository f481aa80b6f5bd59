"""Lets programs in by a token in a header that browsers send to nobody by themselves."""

from __future__ import annotations

import hmac
from collections.abc import Iterable


def names_token(authorization: str, tokens: Iterable[str]) -> bool:
    """Whether the header ``Authorization: Bearer TOKEN`` names one of the tokens."""
    scheme, _, token = authorization.partition(" ")
    given = token.strip().encode()
    # All are compared, each in constant time.
    matches = [hmac.compare_digest(given, known.encode()) for known in tokens]
    return scheme.lower() == "bearer" and any(matches)

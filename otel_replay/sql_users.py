"""Who may ask at the SQL address: names and passwords, as ClickHouse has users."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from otel_replay.errors import ConfigError

MIN_PASSWORD_LENGTH = 8
_NAME = re.compile(r"[A-Za-z0-9_.@\-]{1,64}")


@dataclass(frozen=True)
class SqlUser:
    """Somebody who may read all projects over the SQL address."""

    name: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> SqlUser:
        """Reads ``NAME:PASSWORD``; its messages never show the password. Raises ConfigError."""
        name, colon, password = text.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise ConfigError(
                "sql_users: expected NAME:PASSWORD, several with commas between, and names of"
                " letters, digits and _ . @ - only"
            )
        if len(password) < MIN_PASSWORD_LENGTH or not password.isascii():
            raise ConfigError(
                f"sql_users: the password of {name} has {len(password)} characters: expected"
                f" {MIN_PASSWORD_LENGTH} or more of ASCII, without commas"
            )
        return cls(name, password)


def may_ask(users: Iterable[SqlUser], name: str, password: str) -> bool:
    """Whether it is one of the users; takes as long whichever part is wrong."""
    given = password.encode()
    matches = [
        hmac.compare_digest(given, user.password.encode()) and user.name == name for user in users
    ]
    return any(matches)

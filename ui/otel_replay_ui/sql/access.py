"""Checks who asks, by the ways in which ClickHouse's HTTP interface takes a user and a password.

https://clickhouse.com/docs/interfaces/http
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask

from otel_replay.errors import PermanentError
from otel_replay.sql_users import SqlUser, may_ask
from otel_replay_ui.bearer import names_token

# ClickHouse's own name for whoever gives none.
_NOBODY = "default"


class NotAuthenticated(PermanentError):
    """The user or the password is wrong, or there is none; `asked` tells which."""

    def __init__(self, message: str, *, asked: bool) -> None:
        super().__init__(message)
        self.asked = asked


@dataclass(frozen=True)
class Access:
    """Who may ask. Without users everybody may: the address is on loopback then."""

    users: Sequence[SqlUser] = ()
    tokens: Sequence[str] = ()
    """Let programs in by ``Authorization: Bearer``: our own command line has one."""

    def check(self, request: flask.Request) -> None:
        """Raises NotAuthenticated."""
        if not self.users or names_token(request.headers.get("Authorization", ""), self.tokens):
            return
        given = [pair for pair in (_headers(request), _basic(request), _query(request)) if pair]
        if len(given) > 1:
            raise NotAuthenticated(
                "Invalid authentication: give the user in one way only, X-ClickHouse headers, HTTP"
                " Basic or the URL",
                asked=True,
            )
        name, password = given[0] if given else (_NOBODY, "")
        if not may_ask(self.users, name, password):
            raise NotAuthenticated(
                f"{name[:64]}: Authentication failed: password is incorrect, or there is no user"
                " with such name",
                asked=bool(given),
            )


def _headers(request: flask.Request) -> tuple[str, str] | None:
    name = request.headers.get("X-ClickHouse-User")
    password = request.headers.get("X-ClickHouse-Key")
    return None if name is None and password is None else (name or _NOBODY, password or "")


def _basic(request: flask.Request) -> tuple[str, str] | None:
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    return given.username or _NOBODY, given.password or ""


def _query(request: flask.Request) -> tuple[str, str] | None:
    name, password = request.args.get("user"), request.args.get("password")
    return None if name is None and password is None else (name or _NOBODY, password or "")

"""Decides who may send, by the headers of a request (in gRPC: its metadata)."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from otel_replay.projects import Project
from otel_replay.usage import UsageLedger
from otel_replay_receivers.access.origins import LOOPBACK_ORIGINS, Origins, is_same_origin
from otel_replay_receivers.access.sender import Sender
from otel_replay_receivers.otlp.status import (
    PERMISSION_DENIED,
    UNAUTHENTICATED,
    Failure,
    Refusal,
)

KEY_HEADER = "x-otel-replay-key"
_BEARER = "bearer "


class Access:
    """The ingest keys of all projects. Without any, everybody sends to the first project."""

    def __init__(
        self,
        projects: Sequence[Project] = (),
        *,
        allowed_origins: Sequence[str] = (),
        key_header: str = KEY_HEADER,
        usage: UsageLedger | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`allowed_origins` are the pages that may use keys without a list of their own, loopback
        when empty. `usage` counts the daily budgets. Raises ConfigError for a wrong origin."""
        self._general = Origins(allowed_origins or LOOPBACK_ORIGINS)
        self._header = key_header.lower()
        # Looking a secret hash up in a table tells by its timing nothing about the keys in it.
        self._secret = secrets.token_bytes(32)
        self._open = None if any(p.keys for p in projects) else _everybody(projects)
        self._senders = {
            self._hash(key.key): Sender(
                project.name,
                key,
                origins=Origins(key.allowed_origins) if key.allowed_origins else None,
                settings=key.browser.over(project.browser),
                usage=usage,
                clock=clock,
                now=now,
            )
            for project in projects
            for key in project.keys
        }

    def sender(self, headers: Mapping[str, str]) -> Sender:
        """Whose request it is. `headers` have lower-case names.

        Raises Refusal for a key that is missing or not known, or not for the page that uses it.
        """
        if self._open is not None:
            return self._open
        sender = self._known(headers)
        origin = headers.get("origin", "")
        if origin and not self._may_use(sender, origin, headers.get("host", "")):
            allowed = sender.origins or self._general
            raise _origin_refused(
                f"pages of {origin[:200]!r} may not send with the ingest key {sender.key!r}: it is"
                f" for {allowed}. Add the origin to the key's allowed_origins"
                + ("" if sender.origins else ", or to --cors-allowed-origins")
            )
        return sender

    def allows_page(self, origin: str) -> bool:
        """Whether pages of that origin may send at all, with whatever key."""
        return self._general.allow(origin) or any(
            sender.origins is not None and sender.origins.allow(origin)
            for sender in self._senders.values()
        )

    def check_page(self, origin: str) -> None:
        """Raises Refusal, in words for the page's developer, unless `allows_page`.

        A preflight carries no key, so no more can be said here.
        """
        if self.allows_page(origin):
            return
        remedy = f"allowed are {self._general}. Add it with --cors-allowed-origins"
        if self._senders:
            remedy = "add it to the allowed_origins of its ingest key, or to --cors-allowed-origins"
        raise _origin_refused(f"origin {origin[:200]!r} may not send here: {remedy}")

    def _known(self, headers: Mapping[str, str]) -> Sender:
        offered = False
        for key in self._offered(headers):
            offered = True
            sender = self._senders.get(self._hash(key))
            if sender is not None:
                return sender
        ways = f"'authorization: Bearer KEY' or '{self._header}: KEY'"
        message = f"an ingest key is needed: send it as {ways}"
        if offered:
            message = (
                "the ingest key is not known here: check that it is whole, and that the receiver"
                f" was started with it; it is sent as {ways}"
            )
        raise Refusal(Failure(UNAUTHENTICATED, 401, message, "unauthenticated"))

    def _offered(self, headers: Mapping[str, str]) -> Iterator[str]:
        # Both are tried: a proxy on the way may need the authorization header for itself.
        if key := headers.get(self._header, "").strip():
            yield key
        if key := headers.get("authorization", "").strip():
            bearer = key.lower().startswith(_BEARER)
            yield key[len(_BEARER) :].strip() if bearer else key

    def _may_use(self, sender: Sender, origin: str, host: str) -> bool:
        if sender.origins is not None:
            return sender.origins.allow(origin)
        return self._general.allow(origin) or is_same_origin(origin, host)

    def _hash(self, key: str) -> bytes:
        return hashlib.blake2b(key.encode("utf-8", "replace"), key=self._secret).digest()


def _everybody(projects: Sequence[Project]) -> Sender:
    """Without keys, all send to the first project."""
    return Sender(projects[0].name, settings=projects[0].browser) if projects else Sender()


def _origin_refused(message: str) -> Refusal:
    return Refusal(Failure(PERMISSION_DENIED, 403, message, "origin"))

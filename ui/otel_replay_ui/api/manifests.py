"""Manifests that viewers of live sessions ask for each second.

Most have not changed since; one that has is made once for all who watch the session.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from otel_replay.sessions import manifest
from otel_replay.sessions.manifest import Stamp
from otel_replay.storage.clickhouse import Database

_MOST = 1_000
"""Sessions whose manifest's version is remembered; those not asked for longest go first."""
_BODY_FOR_S = 3.0
"""A manifest itself is kept for so long: by then, all who watch have asked for it."""
_MOST_BODY_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class _Known:
    stamp: Stamp
    version: str
    body: bytes
    until_s: float
    """Until when `body` may be given out."""


class Manifests:
    """Remembers which version of a manifest goes with which stamp, and the latest of them whole."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def read(
        self, database: Database, session_id: str, now_ms: int, versions: set[str]
    ) -> tuple[str, bytes | None]:
        """The version, and the manifest as JSON unless its version is among `versions`.

        Raises NotFoundError.
        """
        stamp = manifest.stamp(database, session_id)
        known = self._of(session_id, stamp)
        # Only who has one may be told of it without a look at what was erased.
        if known and known.version in versions:
            return known.version, None
        if known and versions and self._clock() < known.until_s:
            return known.version, known.body
        body = manifest.manifest(database, session_id, now_ms)
        version, written = str(body["version"]), orjson.dumps(body)
        self._remember(session_id, stamp, version, written)
        return version, None if version in versions else written

    def _of(self, session_id: str, stamp: Stamp) -> _Known | None:
        with self._lock:
            known = self._known.get(session_id)
            return known if known and known.stamp == stamp else None

    def _remember(self, session_id: str, stamp: Stamp, version: str, body: bytes) -> None:
        if not stamp[0]:
            return  # Not derived yet: the manifest was computed from what there is by now.
        now_s = self._clock()
        with self._lock:
            self._known[session_id] = _Known(stamp, version, body, now_s + _BODY_FOR_S)
            self._known.move_to_end(session_id)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
            self._drop_bodies(now_s)

    def _drop_bodies(self, now_s: float) -> None:
        """Those that are over, and the oldest of more than there is room for."""
        kept = 0
        for session_id, known in reversed(self._known.items()):
            kept += len(known.body)
            if known.body and (known.until_s <= now_s or kept > _MOST_BODY_BYTES):
                self._known[session_id] = _Known(known.stamp, known.version, b"", 0.0)

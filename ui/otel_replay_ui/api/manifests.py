"""Manifests that viewers of live sessions ask for each second: most have not changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from otel_replay.sessions import manifest
from otel_replay.sessions.manifest import Stamp
from otel_replay.storage.clickhouse import Database

_MOST = 1_000
"""Sessions whose manifest's version is remembered; those not asked for longest go first."""


class Manifests:
    """Remembers which version of a manifest goes with which stamp."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[Stamp, str]] = OrderedDict()

    def read(
        self, database: Database, session_id: str, now_ms: int, known: set[str]
    ) -> tuple[str, dict[str, Any] | None]:
        """The version, and the manifest unless its version is among `known`.

        Raises NotFoundError.
        """
        stamp = manifest.stamp(database, session_id)
        if known:
            version = self._version(session_id, stamp)
            if version in known:
                return version, None
        body = manifest.manifest(database, session_id, now_ms)
        version = str(body["version"])
        self._remember(session_id, stamp, version)
        return version, None if version in known else body

    def _version(self, session_id: str, stamp: Stamp) -> str:
        with self._lock:
            remembered, version = self._known.get(session_id, (None, ""))
            return version if remembered == stamp else ""

    def _remember(self, session_id: str, stamp: Stamp, version: str) -> None:
        if not stamp[0]:
            return  # Not derived yet: the manifest was computed from what there is by now.
        with self._lock:
            self._known[session_id] = (stamp, version)
            self._known.move_to_end(session_id)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)

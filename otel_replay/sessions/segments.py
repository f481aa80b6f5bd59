"""The object that a finished session's recording rests in: segments one after the other.

A segment is one zstd frame. Decompressed it is a run of chunks in the order of tab and number, in
frames (frames.py): what the player reads. It may go on over checkpoints and tabs, since snapshots
of the same site repeat one another: of sites that load a page at each click, that is most of the
bytes. At the end of the object stands the list of all chunks (packs.py).
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from otel_replay.sessions import frames, packs, zstandard
from otel_replay.sessions.effort import Effort
from otel_replay.sessions.places import SEGMENT

PREFIX = "sessions/"
SEGMENT_BYTES = 4 * 1024 * 1024
"""Of JSON: a segment that would be bigger is cut."""
FULL_BYTES = 2 * 1024 * 1024
"""A segment of this size ends before the next checkpoint; a smaller one takes in what follows."""

ChunkRow = dict[str, Any]
"""All columns of a row of replay_chunks."""


def key_of(session_id: str, start: datetime, written: datetime) -> str:
    """The key of a session's object; `written` tells a later one of the same session apart."""
    name = f"{written:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    return f"{PREFIX}{start:%Y-%m-%d}/{session_id}/{name}"


class SessionObject:
    """Builds the object from chunks that come in the order of tab and number."""

    def __init__(self) -> None:
        self.rows: list[ChunkRow] = []
        """The chunks so far, with their places in the object."""
        self._effort = Effort()
        self._payloads: list[bytes] = []
        self._length = 0
        self._open = _Segment()

    def add(self, row: Mapping[str, Any], text: bytes) -> None:
        """A chunk, decompressed."""
        if self._open.ends_before(row, len(text)):
            self._close()
        self._open.add(row, text)

    def add_raw(self, row: Mapping[str, Any], payload: bytes) -> None:
        """A chunk that cannot be decompressed, as it came."""
        self._close()
        place = {
            "InnerOffset": 0,
            "InnerLength": 0,
            "StoredBytes": len(payload),
            "Encoding": row["Encoding"],
        }
        self._append(payload, [{**row, **place}])

    def add_segment(self, rows: Sequence[Mapping[str, Any]], data: bytes) -> None:
        """A segment of an earlier object, as it is."""
        self._close()
        self._append(data, rows)

    def finish(self, key: str) -> bytes:
        """The whole object, which is to have this key."""
        self._close()
        self.rows = [{**row, "Blob": key} for row in self.rows]
        return packs.join_compressed(self._payloads, self.rows)

    def _close(self) -> None:
        if self._open.rows:
            data, rows = self._open.finish(self._effort)
            self._append(data, rows)
            self._open = _Segment()

    def _append(self, data: bytes, rows: Sequence[Mapping[str, Any]]) -> None:
        place = {
            "Offset": self._length,
            "Length": len(data),
            "Crc32": zlib.crc32(data),
        }
        self.rows += [{**row, **place} for row in rows]
        self._payloads.append(data)
        self._length += len(data)


class _Segment:
    """A segment that is being filled."""

    def __init__(self) -> None:
        self.rows: list[ChunkRow] = []
        self._pieces: list[bytes] = []
        self._size = 0

    def ends_before(self, row: Mapping[str, Any], size: int) -> bool:
        """Whether a chunk of so many bytes has to begin another one."""
        if not self.rows:
            return False
        full = bool(row["Checkpoint"]) and self._size >= FULL_BYTES
        return full or self._size + size > SEGMENT_BYTES

    def add(self, row: Mapping[str, Any], text: bytes) -> None:
        beginning = frames.beginning(row["Tab"], row["Seq"], len(text))
        self.rows.append(
            {
                **row,
                "Encoding": SEGMENT,
                "InnerOffset": self._size + len(beginning),
                "InnerLength": len(text),
            }
        )
        self._pieces += [beginning, text]
        self._size += len(beginning) + len(text)

    def finish(self, effort: Effort) -> tuple[bytes, list[ChunkRow]]:
        """The zstd frame, and the rows with what each takes of it."""
        data = effort.compressed(zstandard.compress, b"".join(self._pieces))
        ends = accumulate((row["InnerLength"] for row in self.rows), initial=0)
        total = max(1, sum(row["InnerLength"] for row in self.rows))
        bounds = [end * len(data) // total for end in ends]
        shares = [end - start for start, end in pairwise(bounds)]
        rows = [{**row, "StoredBytes": share} for row, share in zip(self.rows, shares, strict=True)]
        return data, rows

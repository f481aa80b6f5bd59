"""Reads blobs whole: checksums, compression, JSON, and the list that each has of its contents."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from otel_replay.care import findings as kinds
from otel_replay.care.chunks import chunk_key, chunk_name
from otel_replay.care.findings import Findings, Say
from otel_replay.errors import DamagedBlobError
from otel_replay.sessions import packs, zstandard
from otel_replay.sessions.parts import MAX_JSON_BYTES, decompressed, is_too_deep
from otel_replay.sessions.places import SEGMENT
from otel_replay.storage.blobs import BlobInfo, BlobStore

BLOBS_AT_ONCE = 200
WHOLE_BYTES = 64 * 1024 * 1024
"""A blob up to this size is read at once; of a bigger one a part at a time."""

Row = dict[str, Any]


@dataclass
class Contents:
    """The deep part of fsck."""

    blobs: BlobStore
    found: Findings
    rows_of: Callable[[Sequence[str]], list[Row]]
    """The rows that refer to these blobs now, by blob, offset and inner offset."""
    check_lost: Callable[[str, Sequence[Row]], bool]
    say: Say

    def check(self, referred: Sequence[BlobInfo]) -> None:
        """Blobs that rows refer to. Raises QueryError and UnavailableError."""
        for start in range(0, len(referred), BLOBS_AT_ONCE):
            some = {blob.key: blob for blob in referred[start : start + BLOBS_AT_ONCE]}
            for key, rows in groupby(self.rows_of(list(some)), key=lambda row: str(row["Blob"])):
                self._check_blob(some[key], list(rows))
            self.say({"stage": "contents", "parts": self.found.checked["parts"]})

    def _check_blob(self, blob: BlobInfo, rows: list[Row]) -> None:
        problems = list(self._damaged(blob, rows))
        if problems and (still := self._still(blob.key, rows)):
            for row, damage in problems:
                if chunk_key(row) in still:
                    self.found.add(kinds.UNREADABLE, f"{blob.key}: {chunk_name(row)} {damage}")
        self._check_index(blob, rows)

    def _still(self, key: str, rows: list[Row]) -> set[Any]:
        """Which of the rows still stand as they were: others moved or were erased meanwhile."""
        before = {chunk_key(row): row for row in rows}
        now = {chunk_key(row): row for row in self.rows_of([key])}
        return {chunk for chunk, row in now.items() if before.get(chunk) == row}

    def _damaged(self, blob: BlobInfo, rows: list[Row]) -> Iterator[tuple[Row, str]]:
        read = self._reader(blob)
        for (offset, length), group in groupby(rows, key=lambda r: (r["Offset"], r["Length"])):
            part = list(group)
            self.found.checked["parts"] += 1
            try:
                text = _text(read(offset, length), part[0])
            except DamagedBlobError as exc:
                yield part[0], str(exc)
                continue
            for row in part:
                if damage := _damage(text, row):
                    yield row, damage

    def _reader(self, blob: BlobInfo) -> Callable[[int, int], bytes]:
        if blob.size_bytes > WHOLE_BYTES:
            return lambda offset, length: self.blobs.get(blob.key, offset, length)
        data: bytes | None = None

        def read(offset: int, length: int) -> bytes:
            nonlocal data
            data = self.blobs.get(blob.key) if data is None else data
            if offset + length > len(data):
                raise DamagedBlobError("lies beyond the end of its blob")
            return data[offset : offset + length]

        return read

    def _check_index(self, blob: BlobInfo, rows: list[Row]) -> None:
        try:
            index = packs.read_index(self.blobs, blob)
        except DamagedBlobError as exc:
            if self.rows_of([blob.key]):
                self.found.add(kinds.INDEX_DISAGREES, str(exc))
            return
        listed = {chunk_key(row): _place(row) for row in index}
        wrong = [row for row in rows if listed.get(chunk_key(row)) != _place(row)]
        still = self._still(blob.key, rows) if wrong else set()
        if wrong := [row for row in wrong if chunk_key(row) in still]:
            what = f"{blob.key}: {len(wrong)} of {len(rows)} rows, such as {chunk_name(wrong[0])}"
            self.found.add(kinds.INDEX_DISAGREES, what)
        self.check_lost(blob.key, index)


def _place(row: Row) -> tuple[int, ...]:
    names = ("Offset", "Length", "Crc32", "InnerOffset", "InnerLength")
    return tuple(row.get(name, 0) for name in names)


def _text(data: bytes, row: Row) -> bytes:
    if zlib.crc32(data) != row["Crc32"]:
        raise DamagedBlobError("fails its checksum")
    if row["Encoding"] == SEGMENT:
        return zstandard.decompress(data, MAX_JSON_BYTES)
    return decompressed(row["Encoding"], data)


def _damage(text: bytes, row: Row) -> str:
    """What is wrong with one chunk's JSON, '' when nothing is."""
    start, length = row["InnerOffset"], row["InnerLength"]
    if length and start + length > len(text):
        return f"ends at byte {start + length} of a segment that has {len(text)}"
    if row["Piece"]:
        # A piece of an event's JSON is no JSON by itself.
        return ""
    try:
        events = orjson.loads(text[start : start + length] if length else text)
    except orjson.JSONDecodeError as exc:
        return "" if is_too_deep(exc) else f"is not JSON: {exc}"
    return "" if isinstance(events, list) else "is not a JSON array"

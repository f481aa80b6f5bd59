"""What a backup looks like in the folder or bucket that it is in.

``backup.json``
    The manifest: what there is, with counts and checksums. It is written last, so a backup without
    it is none, and one that was being renewed is the one before.
``rows/<id>/<table>/<number>.native.zst``
    Rows, in ClickHouse's format Native, one zstd frame a file. Files of a table are to be inserted
    in their order.
``rows/<id>/blobs/<number>.json.zst``
    The list of blobs: key, size, when the store last wrote it (ms), SHA-256.
``blobs/<key>.<first 16 digits of the SHA-256>``
    Copies of blobs. None is ever changed: a blob of which something was erased gets a new copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from otel_replay.errors import DamagedBlobError, NotFoundError
from otel_replay.sessions import zstandard
from otel_replay.storage.blobs import BlobStore

FORMAT = 1
MANIFEST = "backup.json"
ROWS = "rows/"
BLOBS = "blobs/"
_LEVEL = 3
_MAX_FILE_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class File:
    """A file of a backup."""

    key: str
    size_bytes: int
    sha256: str
    """Of what is stored."""


@dataclass(frozen=True)
class Table:
    """The rows of one table."""

    name: str
    columns: list[str]
    rows: int
    files: list[File]


@dataclass(frozen=True)
class Copy:
    """A blob of the project, and its copy in the backup."""

    key: str
    size_bytes: int
    modified_ms: int
    """When the project's store last wrote it."""
    sha256: str

    @property
    def copy_key(self) -> str:
        return f"{BLOBS}{self.key}.{self.sha256[:16]}"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    id: str
    """Sorts by time: of two backups the later one has the greater id."""
    project: str
    version: str
    """Of otel-replay."""
    started_at: str
    ended_at: str
    """Erasures up to this time are known to it. ISO 8601, UTC."""
    migrations: list[str]
    tables: list[Table]
    blob_lists: list[File]
    blobs: int
    blob_bytes: int
    missing: list[str] = field(default_factory=list)
    """Blobs that rows refer to and that were not there to be copied."""
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def write_manifest(target: BlobStore, manifest: Manifest) -> None:
    """Makes a backup of what was written before. Raises UnavailableError."""
    body = asdict(manifest)
    target.put(MANIFEST, orjson.dumps({"sha256": _digest(body), "backup": body}))


def read_manifest(target: BlobStore, where: str) -> Manifest:
    """Raises NotFoundError, DamagedBlobError and UnavailableError; `where` is for messages."""
    found = find_manifest(target, where)
    if found is None:
        raise NotFoundError(f"there is no finished backup in {where}: it has no {MANIFEST}")
    return found


def find_manifest(target: BlobStore, where: str) -> Manifest | None:
    """The manifest, None when there is none."""
    if not any(blob.key == MANIFEST for blob in target.list(MANIFEST)):
        return None
    try:
        whole = orjson.loads(target.get(MANIFEST))
        body = whole["backup"]
        if whole["sha256"] != _digest(body):
            raise DamagedBlobError(f"{MANIFEST} in {where} fails its checksum")
        if body["format"] != FORMAT:
            raise DamagedBlobError(
                f"{MANIFEST} in {where} has format {body['format']!r}, this version reads {FORMAT}:"
                f" use otel-replay {body['version']} or later"
            )
        return _manifest(body)
    except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
        raise DamagedBlobError(f"{MANIFEST} in {where} is no manifest of a backup: {exc}") from exc


def _manifest(body: dict[str, Any]) -> Manifest:
    tables = [
        Table(**{**table, "files": [File(**file) for file in table["files"]]})
        for table in body["tables"]
    ]
    lists = [File(**file) for file in body["blob_lists"]]
    return Manifest(**{**body, "tables": tables, "blob_lists": lists})


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def write_file(target: BlobStore, key: str, data: bytes) -> File:
    """Compresses `data` and stores it. Raises UnavailableError."""
    packed = zstandard.compress(data, _LEVEL)
    target.put(key, packed)
    return File(key, len(packed), hashlib.sha256(packed).hexdigest())


def read_file(target: BlobStore, file: File) -> bytes:
    """What was written. Raises DamagedBlobError when it is not that any more."""
    packed = target.get(file.key)
    if hashlib.sha256(packed).hexdigest() != file.sha256:
        raise DamagedBlobError(f"{file.key} in the backup fails its checksum")
    return zstandard.decompress(packed, _MAX_FILE_BYTES)


def write_list(target: BlobStore, key: str, copies: Sequence[Copy]) -> File:
    """Stores a part of the list of blobs."""
    rows = [[copy.key, copy.size_bytes, copy.modified_ms, copy.sha256] for copy in copies]
    return write_file(target, key, orjson.dumps(rows))


def read_lists(target: BlobStore, lists: Sequence[File]) -> Iterator[Copy]:
    """The copies of a backup, in the order of their keys."""
    for file in lists:
        for row in orjson.loads(read_file(target, file)):
            yield Copy(*row)

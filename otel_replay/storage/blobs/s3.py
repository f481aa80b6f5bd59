"""Blobs as objects of an S3 bucket, at AWS or at a store that speaks the same."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
)
from urllib3.exceptions import HTTPError

from otel_replay.errors import ConfigError, DamagedBlobError, OtelReplayError
from otel_replay.storage.blobs.info import BlobInfo
from otel_replay.storage.blobs.keys import check_key
from otel_replay.storage.blobs.s3_client import s3_client
from otel_replay.storage.blobs.s3_errors import MISSING, Place, code_of
from otel_replay.storage.blobs.s3_options import PART_BYTES, WHOLE_BYTES, S3Options

logger = logging.getLogger(__name__)

PAGE_KEYS = 1000
"""Keys in one answer to a listing, the most that S3 gives."""
_CHECK_S = 3.0

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, with the names
# that only other stores allow: capitals and underscores.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
# The answer began well, and then it did not go on.
_CUT = (IncompleteReadError, HTTPClientError, ConnectionError, HTTPError, OSError)
_FAILURES = (BotoCoreError, ClientError, HTTPError, OSError)


class _CutError(Exception):
    """An answer that broke off, and why."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why


class S3BlobStore:
    """Each blob is an object whose key is `prefix` and the blob's. Safe for threads."""

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        options: S3Options | None = None,
        *,
        sent: Callable[[str], None] = lambda _operation: None,
    ) -> None:
        """Connects to nothing yet. `sent` hears of each request that goes out, retries included,
        by S3's name of its operation. Raises ConfigError."""
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.sent = sent
        self._options = (options or S3Options()).validate()
        self._reading = self._options.reading()
        self._writing = self._options.writing()
        self._client = s3_client(self._options)
        self._client.meta.events.register("before-send.s3", self._note_request)
        self._place = Place(bucket, self.prefix, self._client.meta.endpoint_url)

    @classmethod
    def of_url(cls, url: str, options: S3Options | None = None) -> S3BlobStore:
        """The store of ``s3://bucket/prefix``. Raises ConfigError."""
        parts = urlsplit(url)
        prefix = unquote(parts.path).strip("/")
        if not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
            raise ConfigError(
                f"OTEL_REPLAY_BLOBS is {url!r}: expected file:///path or s3://bucket/prefix"
            )
        with _as_config_error(url):
            return cls(parts.netloc, check_key(prefix) if prefix else "", options)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix} at {self._place.endpoint}"

    def check(self) -> None:
        """Asks for the bucket, with a listing of one key, and does not wait long for the answer.

        Raises ConfigError when it is not there or cannot be had with these credentials, and
        UnavailableError.
        """
        client = s3_client(replace(self._options, attempts=1, read_timeout_s=_CHECK_S))
        with self._translated(f"bucket {self.bucket} cannot be used", "s3:ListBucket"):
            client.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)

    def keeps_versions(self) -> bool:
        """Whether what is deleted or overwritten stays in the bucket as an older version. Raises
        ConfigError and UnavailableError."""
        with self._translated(
            f"bucket {self.bucket} does not tell of versions", "s3:GetBucketVersioning"
        ):
            answer = self._client.get_bucket_versioning(Bucket=self.bucket)
        return "Status" in answer

    def put(self, key: str, data: bytes) -> None:
        with self._translated(f"blob {key} cannot be written", "s3:PutObject"):
            if len(data) <= WHOLE_BYTES:
                self._client.put_object(**self._object(key), Body=data, **self._writing)
            else:
                self._put_in_parts(key, data)

    def _put_in_parts(self, key: str, data: bytes) -> None:
        made = self._client.create_multipart_upload(**self._object(key), **self._writing)
        upload = self._object(key) | {"UploadId": made["UploadId"]}
        try:
            parts = [
                self._put_part(upload, number, data[start : start + PART_BYTES])
                for number, start in enumerate(range(0, len(data), PART_BYTES), 1)
            ]
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self._abort(upload)
            raise

    def _put_part(self, upload: dict[str, Any], number: int, data: bytes) -> dict[str, Any]:
        part = self._client.upload_part(**upload, PartNumber=number, Body=data, **self._reading)
        return {"PartNumber": number, "ETag": part["ETag"]}

    def _abort(self, upload: dict[str, Any]) -> None:
        """Parts that nobody completes are paid for until they are aborted."""
        try:
            self._client.abort_multipart_upload(**upload)
        except ClientError as exc:
            # It was completed after all: the answer to that was lost.
            if code_of(exc) != "NoSuchUpload":
                logger.warning("an upload of %s cannot be aborted: %s", upload["Key"], exc)
        except (BotoCoreError, OSError) as exc:
            logger.warning(
                "an upload of %s cannot be aborted; a lifecycle rule of the bucket should"
                " (docs/reference/s3.md): %s",
                upload["Key"],
                exc,
            )

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        check_key(key)
        with self._translated(f"blob {key} cannot be read", "s3:GetObject"):
            data = self._read_whole_answer(key, offset, length)
        if length is not None and len(data) < length:
            raise DamagedBlobError(
                f"blob {key} ends early: {len(data)} of {length} bytes at offset {offset}"
            )
        return data

    def _read_whole_answer(self, key: str, offset: int, length: int | None) -> bytes:
        """botocore tries again what is not answered, not what breaks off in the answer."""
        for attempt in range(1, self._options.attempts + 1):
            try:
                return self._read(key, offset, length)
            except _CutError as exc:
                if attempt == self._options.attempts:
                    raise exc.why from exc
        raise AssertionError("attempts is 1 or more")

    def _read(self, key: str, offset: int, length: int | None) -> bytes:
        if length == 0:
            # No range says so. It is an error all the same when the blob is missing.
            self._client.head_object(**self._object(key), **self._reading)
            return b""
        span = {}
        if offset or length is not None:
            last = "" if length is None else offset + length - 1
            span["Range"] = f"bytes={offset}-{last}"
        try:
            answer = self._client.get_object(**self._object(key), **span, **self._reading)
        except ClientError as exc:
            if code_of(exc) in ("InvalidRange", "416"):
                return b""
            raise
        with contextlib.closing(answer["Body"]) as body:
            try:
                data: bytes = body.read()
            except _CUT as exc:
                raise _CutError(exc) from exc
        if span and not answer.get("ContentRange", "").startswith(f"bytes {offset}-"):
            raise ConfigError(
                f"{self._place.endpoint} answers a request for a range with"
                f" {answer.get('ContentRange') or 'the whole object'}: OTEL_REPLAY_S3_ENDPOINT has"
                " to name a store that knows ranges"
            )
        return data

    def delete(self, key: str) -> None:
        with self._translated(f"blob {key} cannot be deleted", "s3:DeleteObject"):
            try:
                self._client.delete_object(**self._object(key))
            except ClientError as exc:
                # Not AWS, but some stores make an error of it.
                if code_of(exc) not in MISSING:
                    raise

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket,
            Prefix=self.prefix + prefix,
            PaginationConfig={"PageSize": PAGE_KEYS},
        )
        with self._translated(f"bucket {self.bucket} cannot be listed", "s3:ListBucket"):
            for page in pages:
                for found in page.get("Contents", ()):
                    key = found["Key"][len(self.prefix) :]
                    # What a console makes of "new folder".
                    if not key.endswith("/"):
                        modified_ms = int(found["LastModified"].timestamp() * 1000)
                        yield BlobInfo(key, found["Size"], modified_ms)

    def abort_abandoned(self, begun_before_ms: int) -> int:
        """Aborts uploads in parts that a process which was killed has left behind; returns how
        many. Raises UnavailableError and ConfigError."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        what, number = f"uploads to bucket {self.bucket} cannot be tidied up", 0
        with self._translated(what, "s3:ListBucketMultipartUploads"):
            for page in pages:
                for found in page.get("Uploads", ()):
                    if found["Initiated"].timestamp() * 1000 < begun_before_ms:
                        upload = {"Key": found["Key"], "UploadId": found["UploadId"]}
                        self._client.abort_multipart_upload(Bucket=self.bucket, **upload)
                        number += 1
        return number

    def _object(self, key: str) -> dict[str, Any]:
        return {"Bucket": self.bucket, "Key": self.prefix + check_key(key)}

    def _note_request(self, event_name: str, **_: Any) -> None:
        self.sent(event_name.rpartition(".")[2])

    @contextmanager
    def _translated(self, what: str, action: str) -> Iterator[None]:
        try:
            yield
        except OtelReplayError:
            raise
        except _FAILURES as exc:
            raise self._place.translate(exc, what, action) from exc


@contextmanager
def _as_config_error(url: str) -> Iterator[None]:
    try:
        yield
    except ValueError as exc:
        raise ConfigError(f"OTEL_REPLAY_BLOBS is {url!r}: {exc}") from exc

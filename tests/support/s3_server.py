"""S3 servers in processes of their own.

rclone's keeps objects in a folder; moto's knows what that lacks: uploads in parts that can be
listed, encryption, versions.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import boto3
from botocore.config import Config

from otel_replay.storage.blobs import S3Options
from otel_replay.storage.blobs.s3 import S3BlobStore
from tests.support.process import wait_for

ACCESS_KEY, SECRET_KEY = "test-access-key", "test-secret-key"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    # Whatever the machine has set up for AWS is none of the tests' business.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")


class S3Server:
    """An S3 that tests may start, kill, freeze and bring back; a context manager."""

    def __init__(self, folder: Path, kind: Literal["rclone", "moto"] = "rclone") -> None:
        self.folder = folder
        self.kind = kind
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """For ``OTEL_REPLAY_S3_ENDPOINT``."""
        return f"http://127.0.0.1:{self.port}"

    def options(self, **changes: Any) -> S3Options:
        """To reach it by."""
        return S3Options(**({"endpoint": self.url} | changes))

    def store(self, bucket: str, prefix: str = "", **changes: Any) -> S3BlobStore:
        """A store on a bucket, with options changed."""
        return S3BlobStore(bucket, prefix, self.options(**changes))

    def client(self) -> Any:
        """boto3's, for what our store has no method for."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )

    def make_bucket(self, name: str) -> str:
        """Makes a bucket; returns its name."""
        self.client().create_bucket(Bucket=name)
        return name

    def start(self) -> None:
        """Starts, on the port it had before, and waits until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder.with_suffix(".log")
        with open(log, "w", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                self._command(), stdout=output, stderr=output, text=True, env=os.environ
            )

        def port() -> int:
            assert self._process is not None
            said = log.read_text(encoding="utf-8")
            assert self._process.poll() is None, f"the {self.kind} server ended: {said}"
            found = _PORT.search(said)
            return int(found[1]) if found else 0

        self.port = wait_for(f"the {self.kind} server", port)

    def _command(self) -> list[str]:
        beside = Path(sys.executable).parent
        if self.kind == "moto":
            return [str(beside / "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]
        rclone = shutil.which("rclone", path=str(beside)) or "rclone"
        return [
            *(rclone, "--config", os.devnull, "serve", "s3", str(self.folder)),
            *("--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"),
        ]

    def stop(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Connections are refused within; afterwards it is back with its objects."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections are taken and nothing is answered within."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

"""Makes the client of boto3 that S3Options describe."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from otel_replay.errors import ConfigError
from otel_replay.storage.blobs.s3_options import S3Options

# The threads that may ask at once: 16 of the pages, two per project of the receiver (committing
# and draining), and the workers. More would work too, each on a connection that is not kept.
_POOL = 32
_DEFAULT_REGION = "us-east-1"


def s3_client(options: S3Options) -> Any:
    """A client for all threads; it has not connected yet. Raises ConfigError."""
    try:
        session = boto3.session.Session()
        return session.client(
            "s3",
            endpoint_url=options.endpoint or None,
            region_name=options.region or session.region_name or _DEFAULT_REGION,
            config=_config(options),
        )
    except (BotoCoreError, ValueError) as exc:
        raise ConfigError(
            f"S3 cannot be set up ({exc}): check OTEL_REPLAY_S3_ENDPOINT, OTEL_REPLAY_S3_REGION,"
            " and the AWS variables and files"
        ) from exc


def _config(options: S3Options) -> Config:
    style = options.addressing
    if style == "auto" and options.endpoint:
        style = "path"
    return Config(
        s3={"addressing_style": style},
        connect_timeout=options.connect_timeout_s,
        read_timeout=options.read_timeout_s,
        retries={"total_max_attempts": options.attempts, "mode": "standard"},
        max_pool_connections=_POOL,
        tcp_keepalive=True,
        # boto3's default checksums fail against stores that do not know them, on ranged reads
        # above all. The rows of the index have a checksum of each chunk.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )

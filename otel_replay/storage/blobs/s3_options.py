"""How an S3 store is reached: endpoint, region, addressing, encryption, limits of time."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otel_replay.errors import ConfigError

ADDRESSING = ("auto", "path", "virtual")
ENCRYPTION = ("none", "SSE-S3", "SSE-KMS", "SSE-C")

WHOLE_BYTES = 16 * 1024 * 1024
"""Up to this size a blob is one request."""
PART_BYTES = 16 * 1024 * 1024
"""Size of the parts of a bigger one; S3 takes 5 MiB or more."""
_KEY_BYTES = 32


@dataclass(frozen=True)
class S3Options:
    """What can be set about S3. Credentials are boto3's matter: the usual AWS variables, files of
    a profile, or the role of the machine."""

    endpoint: str = ""
    """http(s)://HOST:PORT of a store that is not AWS's."""
    region: str = ""
    """Where the bucket lies; without it what the AWS variables say, else us-east-1."""
    addressing: str = "auto"
    """Whether the bucket is in the path or in the host name; auto is path with an endpoint."""
    encryption: str = "none"
    """none leaves it to the bucket's own default, which at AWS is SSE-S3."""
    kms_key: str = ""
    """Id or ARN of the key for SSE-KMS; without it the account's own key for S3."""
    customer_key_file: str = ""
    """For SSE-C, a file with 32 bytes in base64."""
    connect_timeout_s: float = 3.0
    read_timeout_s: float = 10.0
    """Between two bytes, not for the whole."""
    attempts: int = 3
    """How often one request is tried in all, with pauses that grow and vary."""

    def validate(self) -> S3Options:
        """Returns the options. Raises ConfigError."""
        if self.endpoint and not self.endpoint.startswith(("http://", "https://")):
            raise ConfigError(f"s3_endpoint is {self.endpoint!r}: expected http(s)://HOST:PORT")
        if self.addressing not in ADDRESSING:
            raise ConfigError(
                f"s3_addressing is {self.addressing!r}: expected one of {', '.join(ADDRESSING)}"
            )
        if self.encryption not in ENCRYPTION:
            raise ConfigError(
                f"s3_encryption is {self.encryption!r}: expected one of {', '.join(ENCRYPTION)}"
            )
        if self.kms_key and self.encryption != "SSE-KMS":
            raise ConfigError("s3_kms_key is for SSE-KMS: set s3_encryption to that, or leave it")
        if bool(self.customer_key_file) != (self.encryption == "SSE-C"):
            raise ConfigError("s3_customer_key_file and SSE-C belong together: set both or none")
        return self

    def reading(self) -> dict[str, Any]:
        """Parameters of each request that reads an object, and of each part that is uploaded."""
        if self.encryption != "SSE-C":
            return {}
        return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": self._customer_key()}

    def writing(self) -> dict[str, Any]:
        """Parameters of each request that makes an object. Raises ConfigError."""
        if self.encryption == "SSE-S3":
            return {"ServerSideEncryption": "AES256"}
        if self.encryption == "SSE-KMS":
            key = {"SSEKMSKeyId": self.kms_key} if self.kms_key else {}
            # A key of the bucket's own spares a request to KMS, which costs, for each object.
            return {"ServerSideEncryption": "aws:kms", "BucketKeyEnabled": True, **key}
        return self.reading()

    def _customer_key(self) -> bytes:
        path = Path(self.customer_key_file)
        try:
            key = base64.b64decode(path.read_bytes().strip(), validate=True)
        except OSError as exc:
            raise ConfigError(f"s3_customer_key_file {path}: {exc.strerror}") from exc
        except binascii.Error as exc:
            raise ConfigError(f"s3_customer_key_file {path} is not base64: {exc}") from exc
        if len(key) != _KEY_BYTES:
            raise ConfigError(
                f"s3_customer_key_file {path} has {len(key)} bytes: a key for SSE-C has"
                f" {_KEY_BYTES}, as openssl rand -base64 {_KEY_BYTES} makes them"
            )
        return key

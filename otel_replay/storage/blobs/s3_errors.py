"""What botocore raises, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
)

from otel_replay.errors import ConfigError, DamagedBlobError, OtelReplayError, UnavailableError

MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
# AWS's list: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_DENIED = frozenset({"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "AccountProblem"})
_CREDENTIALS = frozenset(
    {
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"),
        *("TokenRefreshRequired", "ExpiredTokenException", "InvalidSecurity", "NotSignedUp"),
        # rclone serve s3 answers so.
        "ErrAccessDenied",
    }
)
_REGION = frozenset(
    {
        *("PermanentRedirect", "301", "AuthorizationHeaderMalformed"),
        *("IllegalLocationConstraintException", "IncorrectEndpoint"),
    }
)
_ENCRYPTION = frozenset(
    {
        *("KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException"),
        *(
            "KMS.InvalidKeyUsageException",
            "KMS.InvalidStateException",
            "InvalidEncryptionAlgorithm",
        ),
        *("ServerSideEncryptionConfigurationNotFoundError", "NotImplemented"),
    }
)
_BUSY = frozenset({"SlowDown", "503", "ServiceUnavailable", "RequestLimitExceeded", "Throttling"})
_BUSY_RETRY_S = 5.0


@dataclass(frozen=True)
class Place:
    """Which store a message is about."""

    bucket: str
    prefix: str
    endpoint: str

    def translate(self, error: Exception, what: str, action: str) -> OtelReplayError:
        """The error to raise `from error`; `what` is what was tried, as in "blob a cannot be
        read", `action` the right that it needs, as in s3:GetObject."""
        if isinstance(error, ClientError):
            return self._answered(error, what, action)
        if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
            return ConfigError(
                f"{what}: there are no credentials for S3 ({error}): set AWS_ACCESS_KEY_ID and"
                " AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role"
            )
        if isinstance(error, ParamValidationError):
            return ConfigError(f"{what}: {error}: check OTEL_REPLAY_BLOBS")
        if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            return ConfigError(
                f"{what}: the certificate of {self.endpoint} is not trusted: name its authority's"
                " file in AWS_CA_BUNDLE"
            )
        if isinstance(error, BotoCoreError | OSError):
            return UnavailableError(f"{what}: {_one_line(error)}")
        return UnavailableError(f"{what}: {type(error).__name__}: {_one_line(error)}")

    def _answered(self, error: ClientError, what: str, action: str) -> OtelReplayError:
        """The store answered, with a code."""
        code, status, said = _answer(error.response)
        told = f"{what}: {self.endpoint} answers {status} {code}"
        if code == "NoSuchBucket" or (code in MISSING and action == "s3:ListBucket"):
            return ConfigError(
                f"{told}: there is no bucket {self.bucket!r}: create it, or name another in"
                " OTEL_REPLAY_BLOBS"
            )
        if code in MISSING:
            return DamagedBlobError(f"{what.partition(' cannot')[0]} is missing")
        if code in _CREDENTIALS:
            return ConfigError(
                f"{told} ({said}): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
                " AWS_SESSION_TOKEN"
            )
        if code in _REGION:
            return ConfigError(f"{told} ({said}): set OTEL_REPLAY_S3_REGION to the bucket's region")
        if code in _ENCRYPTION:
            return ConfigError(
                f"{told} ({said}): check OTEL_REPLAY_S3_ENCRYPTION and OTEL_REPLAY_S3_KMS_KEY"
            )
        if code == "RequestTimeTooSkewed":
            return ConfigError(f"{told}: set this machine's clock, with chrony for instance")
        if code in _DENIED:
            return self._denied(told, said, action)
        retry_after_s = _BUSY_RETRY_S if code in _BUSY or status == 503 else 1.0
        return UnavailableError(f"{told} ({said})", retry_after_s)

    def _denied(self, told: str, said: str, action: str) -> ConfigError:
        resource = self.bucket
        if action != "s3:ListBucket":
            resource += f"/{self.prefix}*"
        hint = ""
        if action == "s3:GetObject":
            hint = "; without s3:ListBucket an object that is missing is answered so, too"
        return ConfigError(
            f"{told} ({said}): the credentials need {action} on arn:aws:s3:::{resource}{hint};"
            " docs/reference/s3.md has the policy"
        )


def code_of(error: ClientError) -> str:
    """S3's word for what went wrong."""
    return _answer(error.response)[0]


def _answer(response: Mapping[str, Any]) -> tuple[str, int, str]:
    error = response.get("Error", {})
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(error.get("Code") or status)
    return code, status, str(error.get("Message") or "no reason given")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]

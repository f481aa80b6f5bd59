"""Blobs in S3: uploads in parts, encryption, refusals with a remedy, and a store that fails."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from otel_replay.errors import ConfigError, OtelReplayError, UnavailableError
from otel_replay.storage.blobs import FileBlobStore, S3Options
from otel_replay.storage.blobs.s3 import S3BlobStore
from otel_replay.storage.blobs.s3_options import PART_BYTES, WHOLE_BYTES
from otel_replay.storage.clickhouse import Database
from tests.support.faults import Fault, FaultyS3Proxy
from tests.support.s3_server import S3Server
from tests.support.sessions import World

pytestmark = pytest.mark.usefixtures("s3_credentials")

# A neighbour that hangs is to be given up quickly here.
IMPATIENT: dict[str, Any] = {"read_timeout_s": 0.5, "connect_timeout_s": 0.5}
BIG = bytes(WHOLE_BYTES + 1)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore waits between its attempts, for a time that varies."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


@pytest.fixture
def bucket(moto_server: S3Server) -> str:
    """An empty bucket of moto's."""
    return moto_server.make_bucket(f"bucket-{uuid.uuid4().hex}")


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultyS3Proxy]:
    """A way to rclone's S3 that fails to order."""
    with FaultyS3Proxy(s3_server.port) as proxy:
        yield proxy


@pytest.fixture
def store(s3_server: S3Server, proxy: FaultyS3Proxy) -> S3BlobStore:
    """A store by that way, on an empty bucket."""
    name = s3_server.make_bucket(f"faults-{uuid.uuid4().hex}")
    return s3_server.store(name, "prefix", endpoint=proxy.endpoint)


@pytest.fixture
def impatient(s3_server: S3Server, proxy: FaultyS3Proxy) -> S3BlobStore:
    """A store that gives up soon on a neighbour that hangs."""
    name = s3_server.make_bucket(f"faults-{uuid.uuid4().hex}")
    return s3_server.store(name, "prefix", endpoint=proxy.endpoint, **IMPATIENT)


def uploads(server: S3Server, bucket: str) -> list[str]:
    """Keys of uploads that are neither completed nor aborted."""
    found = server.client().list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    return [upload["Key"] for upload in found]


def test_up_to_16_mib_a_blob_is_one_request_and_above_it_goes_in_parts(
    moto_server: S3Server, bucket: str
) -> None:
    store = moto_server.store(bucket)
    requests: list[str] = []
    store.sent = requests.append
    store.put("whole", bytes(WHOLE_BYTES))
    assert requests == ["PutObject"]
    requests.clear()
    store.put("parts", bytes(2 * PART_BYTES + 1))
    parts = ["UploadPart"] * 3
    assert requests == ["CreateMultipartUpload", *parts, "CompleteMultipartUpload"]


def test_an_upload_in_parts_that_fails_leaves_nothing(moto_server: S3Server, bucket: str) -> None:
    with FaultyS3Proxy(moto_server.port) as proxy:
        store = moto_server.store(bucket, endpoint=proxy.endpoint)
        proxy.only_with = "partNumber=2"
        with proxy.failing("error"), pytest.raises(UnavailableError, match="503 SlowDown"):
            store.put("big", BIG)
    assert proxy.hits == 3
    assert list(moto_server.store(bucket).list()) == []
    assert uploads(moto_server, bucket) == []


def test_what_killed_uploads_left_is_aborted_once_it_is_old(
    moto_server: S3Server, bucket: str
) -> None:
    client = moto_server.client()
    for key in ("prefix/packs/a", "other/b"):
        client.create_multipart_upload(Bucket=bucket, Key=key)
    store = moto_server.store(bucket, "prefix")
    assert store.abort_abandoned(begun_before_ms=1_000_000_000_000) == 0
    assert store.abort_abandoned(begun_before_ms=10_000_000_000_000) == 1
    assert uploads(moto_server, bucket) == ["other/b"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"encryption": "SSE-S3"}, {"ServerSideEncryption": "AES256"}),
        (
            {"encryption": "SSE-KMS", "kms_key": "arn:aws:kms:eu-west-1:1:key/k1"},
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:eu-west-1:1:key/k1"},
        ),
    ],
    ids=["SSE-S3", "SSE-KMS"],
)
def test_blobs_are_encrypted_as_asked(
    options: dict[str, str], told: dict[str, object], moto_server: S3Server, bucket: str
) -> None:
    store = moto_server.store(bucket, **options)
    store.put("whole", b"0123456789")
    store.put("parts", BIG)
    assert store.get("whole", 2, 3) == b"234"
    for key in ("whole", "parts"):
        head = moto_server.client().head_object(Bucket=bucket, Key=key)
        assert {name: head.get(name) for name in told} == told


def test_a_key_of_ones_own_goes_with_each_request(
    moto_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_bytes(base64.b64encode(bytes(range(32))) + b"\n")
    store = moto_server.store(bucket, encryption="SSE-C", customer_key_file=str(file))
    sent: dict[str, bool] = {}

    def note(request: Any, event_name: str, **_: Any) -> None:
        name = "x-amz-server-side-encryption-customer-key"
        operation = event_name.rpartition(".")[2]
        sent[operation] = sent.get(operation, True) and name in request.headers

    store._client.meta.events.register("before-send.s3", note)
    store.put("whole", b"0123456789")
    store.put("parts", BIG)
    assert store.get("whole", 2, 3) == b"234"
    store.get("whole", 0, 0)
    assert sent == {
        "PutObject": True,
        "CreateMultipartUpload": True,
        "UploadPart": True,
        "CompleteMultipartUpload": False,
        "GetObject": True,
        "HeadObject": True,
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "No such file"), (b"!", "not base64"), (b"c2hvcnQ=", "has 5 bytes")],
)
def test_a_key_file_that_will_not_do_is_refused(
    content: bytes | None, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    options = S3Options(encryption="SSE-C", customer_key_file=str(file))
    with pytest.raises(ConfigError, match=f"s3_customer_key_file .*{problem}"):
        S3BlobStore("bucket", "", options)


def everything(store: S3BlobStore) -> dict[str, Callable[[], object]]:
    """All that one can ask of a store."""
    return {
        "s3:PutObject": lambda: store.put("a", b"x"),
        "s3:GetObject": lambda: store.get("a", 0, 1),
        "s3:DeleteObject": lambda: store.delete("a"),
        "s3:ListBucket": lambda: list(store.list()),
    }


def test_a_bucket_that_is_not_there_is_named(s3_server: S3Server) -> None:
    store = s3_server.store("no-such-bucket")
    acts = everything(store)
    del acts["s3:DeleteObject"]
    for act in (*acts.values(), store.check):
        with pytest.raises(ConfigError, match="there is no bucket 'no-such-bucket': create it"):
            act()


@pytest.mark.parametrize(
    ("name", "answer"),
    [("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch"), ("AWS_ACCESS_KEY_ID", "InvalidAccessKey")],
)
def test_wrong_credentials_are_a_matter_of_the_settings(
    name: str, answer: str, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "wrong")
    for act in everything(s3_server.store("bucket")).values():
        with pytest.raises(ConfigError, match=f"403 {answer}.*check AWS_ACCESS_KEY_ID"):
            act()


def test_without_credentials_the_ways_to_give_them_are_told(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigError, match="no credentials .*AWS_ACCESS_KEY_ID and"):
        s3_server.store("bucket").put("a", b"x")


REFUSALS = {
    (403, "AccessDenied"): (ConfigError, "the credentials need {action} on arn:aws:s3:::"),
    (403, "ExpiredToken"): (ConfigError, "check AWS_ACCESS_KEY_ID"),
    (403, "RequestTimeTooSkewed"): (ConfigError, "set this machine's clock"),
    (400, "AuthorizationHeaderMalformed"): (ConfigError, "set OTEL_REPLAY_S3_REGION"),
    (400, "KMS.DisabledException"): (ConfigError, "check OTEL_REPLAY_S3_ENCRYPTION"),
    (500, "InternalError"): (UnavailableError, "500 InternalError"),
    (503, "SlowDown"): (UnavailableError, "503 SlowDown"),
    (507, "InsufficientStorage"): (UnavailableError, "507 InsufficientStorage"),
}


@pytest.mark.parametrize(("answer", "expected"), REFUSALS.items(), ids=lambda value: str(value[1]))
def test_what_s3_answers_is_told_with_its_remedy(
    answer: tuple[int, str],
    expected: tuple[type[OtelReplayError], str],
    store: S3BlobStore,
    proxy: FaultyS3Proxy,
) -> None:
    proxy.answer_with(*answer)
    error, remedy = expected
    with proxy.failing("error"):
        for action, act in everything(store).items():
            with pytest.raises(error, match=remedy.format(action=action)):
                act()


def test_a_store_that_is_busy_is_asked_again(store: S3BlobStore, proxy: FaultyS3Proxy) -> None:
    with proxy.failing("error", most_hits=2):
        store.put("a", b"0123456789")
    with proxy.failing("error", most_hits=2):
        assert store.get("a", 2, 3) == b"234"
    assert proxy.hits == 4


def test_a_store_that_stays_busy_says_when_to_come_back(
    store: S3BlobStore, proxy: FaultyS3Proxy
) -> None:
    with proxy.failing("error"), pytest.raises(UnavailableError) as caught:
        store.put("a", b"x")
    assert caught.value.retry_after_s == 5
    assert proxy.hits == 3


@pytest.mark.parametrize("fault", ["hang", "hang_after", "lose_answer", "cut_request"])
def test_a_neighbour_that_fails_once_is_not_noticed(
    fault: Fault, impatient: S3BlobStore, proxy: FaultyS3Proxy
) -> None:
    for act in everything(impatient).values():
        with proxy.failing(fault, most_hits=1):
            act()
        impatient.put("a", b"x")
    assert proxy.hits == 4


@pytest.mark.parametrize("fault", ["hang", "hang_after", "lose_answer", "cut_request"])
def test_a_neighbour_that_goes_on_failing_is_away(
    fault: Fault, impatient: S3BlobStore, proxy: FaultyS3Proxy
) -> None:
    impatient.put("a", b"x")
    with proxy.failing(fault):
        for act in everything(impatient).values():
            with pytest.raises(UnavailableError, match="cannot be"):
                act()


def test_nobody_listening_is_away(store: S3BlobStore, proxy: FaultyS3Proxy) -> None:
    proxy.refuse()
    for act in (*everything(store).values(), store.check):
        with pytest.raises(UnavailableError, match="cannot be .*Could not connect"):
            act()
    proxy.listen()
    store.put("a", b"x")
    assert store.get("a") == b"x"


@pytest.mark.parametrize("span", [(0, None), (5, None), (5, 100)])
def test_an_answer_that_breaks_off_is_never_taken_for_the_whole(
    span: tuple[int, int | None], store: S3BlobStore, proxy: FaultyS3Proxy
) -> None:
    data = bytes(range(200))
    store.put("a", data)
    offset, length = span
    expected = data[offset:] if length is None else data[offset : offset + length]
    with proxy.failing("half_answer", most_hits=2):
        assert store.get("a", offset, length) == expected
    assert proxy.hits == 2
    with (
        proxy.failing("half_answer"),
        pytest.raises(UnavailableError, match="blob a cannot"),
    ):
        store.get("a", offset, length)
    assert proxy.hits == 5


def test_a_server_that_does_not_know_ranges_is_no_store(
    store: S3BlobStore, proxy: FaultyS3Proxy
) -> None:
    """It answers the whole blob, from which a stretch elsewhere might be taken."""
    proxy.error = (200, 0, "0123456789")
    with proxy.failing("error"), pytest.raises(ConfigError, match="name a store that knows ranges"):
        store.get("a", 2, 3)


def test_callers_share_connections(store: S3BlobStore, proxy: FaultyS3Proxy) -> None:
    before = proxy.connections
    for number in range(20):
        store.put(f"a/{number}", b"x")
        store.get(f"a/{number}")
    assert proxy.connections - before <= 1


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"endpoint": "s3.example.com"}, r"s3_endpoint is 's3.example.com': expected http\(s\)://"),
        ({"addressing": "paths"}, "s3_addressing is 'paths': expected one of auto, path, virtual"),
        ({"encryption": "AES"}, "s3_encryption is 'AES': expected one of none, SSE-S3"),
        ({"kms_key": "k"}, "s3_kms_key is for SSE-KMS"),
        ({"encryption": "SSE-C"}, "s3_customer_key_file and SSE-C belong together"),
    ],
)
def test_options_that_do_not_fit_say_which_would(options: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        S3Options(**options).validate()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "url"),
    [
        (S3Options(region="eu-west-1"), "https://bucket.s3.eu-west-1.amazonaws.com/pre/a"),
        (
            S3Options(region="eu-west-1", addressing="path"),
            "https://s3.eu-west-1.amazonaws.com/bucket/pre/a",
        ),
        (S3Options("https://s3.example.com"), "https://s3.example.com/bucket/pre/a"),
        (
            S3Options("https://s3.example.com", addressing="virtual"),
            "https://bucket.s3.example.com/pre/a",
        ),
    ],
)
def test_the_bucket_is_in_the_path_or_in_the_host_as_set(options: S3Options, url: str) -> None:
    store = S3BlobStore("bucket", "pre", options)
    asked: list[str] = []

    def catch(request: Any, **_: Any) -> None:
        asked.append(request.url)
        raise ConnectionAbortedError("not needed any further")

    store._client.meta.events.register("before-send.s3", catch)
    with pytest.raises(UnavailableError, match="not needed any further"):
        store.get("a")
    assert set(asked) == {url}


def test_a_bucket_that_is_gone_is_told_to_who_wants_to_watch(
    shared_database: Database, s3_server: S3Server
) -> None:
    store = s3_server.store("gone-since")
    world = World(shared_database, cast(FileBlobStore, store))
    world.chunks([world.chunk_row(world.id, 0, payload=b"[]", blob="packs/2026-11-29/14/x")])
    world.worker.run_once()
    response = world.get(f"sessions/{world.id}/replay")
    assert response.status_code == 503
    assert "there is no bucket 'gone-since'" in response.text

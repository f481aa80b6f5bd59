"""The doctor finds that a healthy setup is, and says of a broken one what is broken."""

from __future__ import annotations

import datetime
import json
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from otel_replay.cli.doctor import run_doctor
from otel_replay.config import load_settings
from otel_replay.doctor.samples import KINDS
from tests.faults.load import PROTOBUF
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.faults import FaultyS3Proxy
from tests.support.otlp import logs_request
from tests.support.process import PATIENCE_S, Up, receive
from tests.support.s3_server import S3Server

KEY = "right-key-1234"
ORIGIN = "https://shop.example"
SENT = {f"{kind} over {transport}" for kind in KINDS for transport in ("gRPC", "HTTP")}


@dataclass
class Diagnosis:
    """What the doctor printed as JSON, by check."""

    code: int
    checks: dict[str, dict[str, Any]]

    def names(self, status: str) -> set[str]:
        return {name for name, check in self.checks.items() if check["status"] == status}

    def text(self, name: str) -> str:
        check = self.checks[name]
        return f"{check['status']}: {check['message']} -> {check['remedy']}"


Examine = Callable[..., Diagnosis]


@pytest.fixture
def examine(capsys: pytest.CaptureFixture[str]) -> Examine:
    """Runs the doctor with settings, given as texts, and with its own options."""

    def run(flags: dict[str, str], **options: Any) -> Diagnosis:
        capsys.readouterr()
        settings = load_settings(flags, {}, None)
        code = run_doctor(settings, as_json=True, **{"timeout_s": PATIENCE_S} | options)
        body = json.loads(capsys.readouterr().out)
        assert body["healthy"] == (code == 0)
        return Diagnosis(code, {check["name"]: check for check in body["checks"]})

    return run


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A setup that wants a key, and allows one origin."""
    data = tmp_path_factory.mktemp("healthy")
    with Up(data, "--ingest-keys", KEY, "--cors-allowed-origins", ORIGIN) as up:
        yield up


def test_a_healthy_setup_is_found_healthy(healthy: Up, examine: Examine) -> None:
    found = examine({"data": str(healthy.data), "ingest_keys": KEY}, origin=ORIGIN)
    assert (found.code, found.names("failed")) == (0, set())
    assert {
        *("session", "trace in the API", "replay in the API", "ClickHouse", "CORS"),
        "blob store",
    } <= found.names("ok")
    assert found.names("ok") >= SENT
    assert all(0 < found.checks[name]["ms"] < 60_000 for name in SENT)


def test_what_the_doctor_sent_is_marked(healthy: Up, examine: Examine) -> None:
    assert examine({"data": str(healthy.data)}, key=KEY).code == 0
    (row,) = healthy.sql(
        "SELECT count() AS others FROM sessions FINAL WHERE ServiceName != 'otel-replay-doctor'"
    )
    assert int(row["others"]) == 0


def test_people_read_lines(healthy: Up, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings({"data": str(healthy.data), "ingest_keys": KEY}, {}, None)
    assert run_doctor(settings) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok       versions: otel-replay ")
    assert lines[-1].startswith("everything works")


@pytest.mark.parametrize("key", ["wrong-key-1234", ""], ids=["wrong", "none"])
def test_a_key_that_the_receiver_does_not_know(key: str, healthy: Up, examine: Examine) -> None:
    found = examine({"data": str(healthy.data)}, key=key)
    assert found.code == 1
    assert found.names("failed") == SENT
    for name, code in (("span over gRPC", "UNAUTHENTICATED"), ("span over HTTP", "401")):
        assert found.text(name).startswith(f"failed: {code} ")
        assert "give a key that the receiver knows" in found.text(name)
    assert found.checks["session"]["status"] == "skipped"


def test_an_origin_that_may_not_send(healthy: Up, examine: Examine) -> None:
    found = examine({"data": str(healthy.data), "ingest_keys": KEY}, origin="https://other.example")
    assert found.names("failed") == {"CORS"}
    assert "https://other.example may not send" in found.text("CORS")
    assert "cors_allowed_origins" in found.text("CORS")


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port where nobody listens, and nobody else will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_nothing_runs(tmp_path: Path, examine: Examine, closed_port: int) -> None:
    port = closed_port
    flags = {name: f"127.0.0.1:{port}" for name in ("otlp_grpc", "otlp_http", "ui", "sql")}
    found = examine({"data": str(tmp_path), **flags})
    assert found.code == 1
    assert f"otel-replay up --data {tmp_path}" in found.text("process")
    for name in ("OTLP/gRPC address", "OTLP/HTTP address", "pages address", "SQL address"):
        assert f"failed: 127.0.0.1:{port}: Connection refused" in found.text(name)
    assert not SENT & set(found.checks)
    assert found.checks["blob store"]["status"] == "skipped"
    assert not (tmp_path / "blobs").exists()


def test_a_receiver_whose_clickhouse_is_gone(
    tmp_path: Path, examine: Examine, closed_port: int
) -> None:
    with (
        ClickHouseServer(tmp_path / "clickhouse") as clickhouse,
        receive(tmp_path / "data", clickhouse.url(), "--spool-limit-bytes", "0") as receiver,
    ):
        flags = {
            "data": str(tmp_path / "data"),
            "clickhouse": clickhouse.url(),
            "otlp_grpc": receiver.address("OTLP/gRPC"),
            "otlp_http": receiver.address("OTLP/HTTP").removeprefix("http://"),
            "status": receiver.address("status").removeprefix("http://"),
            "ui": f"127.0.0.1:{closed_port}",
        }
        # Its tables are made before the first of anything is stored, which takes its time.
        first = logs_request([{"body": "first"}]).SerializeToString()
        url = f"http://{flags['otlp_http']}/v1/logs"
        assert requests.post(url, first, headers=PROTOBUF, timeout=100).status_code == 200
        well = examine(flags, timeout_s=4)
        assert well.names("failed") == {"session"}
        assert "otel-replay work" in well.text("session")
        clickhouse.stop()
        found = examine(flags, timeout_s=1)
        assert {"ClickHouse", "health", "span over gRPC", "span over HTTP"} <= found.names("failed")
        assert "OTEL_REPLAY_CLICKHOUSE" in found.text("ClickHouse")
        assert "storage or memory is short" in found.text("span over HTTP")


def test_tls_with_client_certificates(tmp_path: Path, examine: Examine) -> None:
    authority = trustme.CA()
    files = _certificates(authority, tmp_path)
    with Up(
        tmp_path / "data",
        *("--tls-certificate", files["server.pem"]),
        *("--tls-key", files["server.key"]),
        *("--tls-client-ca", files["ca.pem"]),
    ) as up:
        flags = {"data": str(up.data)}
        sender = {
            "client_certificate": files["client.pem"],
            "client_key": files["client.key"],
        }
        well = examine(flags, ca=files["ca.pem"], **sender)
        assert well.names("failed") == set(), well.text("span over HTTP")
        found = examine(flags, ca=files["ca.pem"])
        assert found.names("failed") >= SENT
        assert "--client-certificate" in found.text("span over HTTP")


LookAt = Callable[..., Diagnosis]


@pytest.fixture
def look_at(examine: Examine, closed_port: int) -> LookAt:
    """What the doctor says of S3 where nothing else is up."""

    def look_at(s3: S3Server, bucket: str, **flags: str) -> Diagnosis:
        names = ("otlp_grpc", "otlp_http", "ui", "sql")
        closed = {name: f"127.0.0.1:{closed_port}" for name in names}
        blobs = {"blobs": f"s3://{bucket}/prefix", "s3_endpoint": s3.url}
        return examine(closed | blobs | flags)

    return look_at


def test_s3_is_tried_and_left_as_it_was(
    s3_server: S3Server, s3_credentials: None, look_at: LookAt
) -> None:
    bucket = s3_server.make_bucket(f"doctor-{uuid.uuid4().hex}")
    found = look_at(s3_server, bucket)
    assert found.text("blob store").startswith(f"ok: s3://{bucket}/prefix: put ")
    assert list(s3_server.store(bucket).list()) == []


def test_a_bucket_that_keeps_versions_is_warned_of(
    moto_server: S3Server, s3_credentials: None, look_at: LookAt
) -> None:
    bucket = moto_server.make_bucket(f"doctor-{uuid.uuid4().hex}")
    assert look_at(moto_server, bucket).text("bucket versions").startswith("ok: ")
    moto_server.client().put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    found = look_at(moto_server, bucket)
    assert found.text("bucket versions").startswith("warning: the bucket keeps versions")


def test_what_is_wrong_with_s3_is_explained(
    s3_server: S3Server,
    s3_credentials: None,
    look_at: LookAt,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bucket = s3_server.make_bucket(f"doctor-{uuid.uuid4().hex}")
    none = look_at(s3_server, "no-such-bucket").text("blob store")
    assert "there is no bucket 'no-such-bucket': create it" in none
    nobody = f"http://127.0.0.1:{closed_port}"
    away = look_at(s3_server, bucket, s3_endpoint=nobody).text("blob store")
    assert f'Could not connect to the endpoint URL: "{nobody}/' in away
    assert "see to it that it runs and can be reached" in away
    with FaultyS3Proxy(s3_server.port) as proxy:
        proxy.methods = frozenset({"DELETE"})
        proxy.answer_with(403, "AccessDenied")
        with proxy.failing("error"):
            found = look_at(s3_server, bucket, s3_endpoint=proxy.endpoint)
    denied = found.text("blob store")
    assert f"need s3:DeleteObject on arn:aws:s3:::{bucket}/prefix/*" in denied
    assert "docs/reference/s3.md has the rights" in denied
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    wrong = look_at(s3_server, bucket).text("blob store")
    assert "SignatureDoesNotMatch" in wrong
    assert "check AWS_ACCESS_KEY_ID" in wrong


def _certificates(authority: trustme.CA, folder: Path) -> dict[str, str]:
    """Paths of the PEM files of an authority, a server and a client."""
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name, host in (("server", "127.0.0.1"), ("client", "client.example")):
        certificate = authority.issue_cert(host, not_after=tomorrow)
        certificate.cert_chain_pems[0].write_to_path(str(folder / f"{name}.pem"))
        certificate.private_key_pem.write_to_path(str(folder / f"{name}.key"))
    return {path.name: str(path) for path in folder.iterdir()}

"""TLS and client certificates, with authorities of the tests' own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
import trustme

from otel_replay.errors import ConfigError
from otel_replay_receivers.otlp.tls import Tls
from tests.receivers.conftest import Receiver, Storage, running
from tests.receivers.test_connections import BODY, SERVICE

HEADERS = {"Content-Type": "application/x-protobuf"}


class Files:
    """A server's certificate, a client's, and the authorities that signed them."""

    def __init__(self, folder: Path) -> None:
        authority, client_authority = trustme.CA(), trustme.CA()
        self.authority = folder / "authority.pem"
        self.client_authority = folder / "client-authority.pem"
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        self.client = folder / "client.pem"
        self.other_key = folder / "other-key.pem"
        self.absent = folder / "absent.pem"
        self.nonsense = folder / "nonsense.pem"
        authority.cert_pem.write_to_path(self.authority)
        client_authority.cert_pem.write_to_path(self.client_authority)
        server = authority.issue_cert("127.0.0.1")
        server.private_key_pem.write_to_path(self.key)
        for blob in server.cert_chain_pems:
            blob.write_to_path(self.certificate, append=True)
        client = client_authority.issue_cert("sender@example.com")
        client.private_key_and_cert_chain_pem.write_to_path(self.client)
        authority.issue_cert("x.example").private_key_pem.write_to_path(self.other_key)
        self.nonsense.write_text("nonsense")

    def tls(self, *, clients: bool = False) -> Tls:
        return Tls(self.certificate, self.key, self.client_authority if clients else None)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module", params=[False, True], ids=["server only", "clients too"])
def secured(request: Any, files: Files) -> Iterator[tuple[Receiver, bool]]:
    with running(Storage(), tls=files.tls(clients=request.param)) as receiver:
        yield receiver, request.param


def channel(receiver: Receiver, files: Files, *, client: bool) -> grpc.Channel:
    pem = files.client.read_bytes() if client else None
    credentials = grpc.ssl_channel_credentials(
        files.authority.read_bytes(), private_key=pem, certificate_chain=pem
    )
    return grpc.secure_channel(receiver.grpc, credentials)


def post(receiver: Receiver, files: Files, *, client: bool) -> requests.Response:
    return requests.post(
        f"{receiver.http}/v1/traces",
        BODY,
        headers=HEADERS,
        verify=str(files.authority),
        cert=str(files.client) if client else None,
        timeout=60,
    )


def test_a_sender_with_a_certificate_is_served(
    secured: tuple[Receiver, bool], files: Files
) -> None:
    receiver, _clients = secured
    assert post(receiver, files, client=True).status_code == 200
    with channel(receiver, files, client=True) as opened:
        assert opened.unary_unary(SERVICE)(BODY) == b""


def test_a_sender_without_one_is_served_when_none_is_asked_for(
    secured: tuple[Receiver, bool], files: Files
) -> None:
    receiver, clients = secured
    with channel(receiver, files, client=False) as opened:
        export = opened.unary_unary(SERVICE)
        if not clients:
            assert post(receiver, files, client=False).status_code == 200
            assert export(BODY) == b""
            return
        with pytest.raises(requests.ConnectionError):
            post(receiver, files, client=False)
        with pytest.raises(grpc.RpcError) as error:
            export(BODY, timeout=60)
        refused: Any = error.value
        assert refused.code() is grpc.StatusCode.UNAVAILABLE


def test_plain_text_is_not_served(secured: tuple[Receiver, bool]) -> None:
    receiver, _clients = secured
    with pytest.raises(requests.ConnectionError):
        requests.post(receiver.http.replace("https", "http"), BODY, timeout=60)


def test_old_versions_of_tls_are_not_spoken(secured: tuple[Receiver, bool], files: Files) -> None:
    context = files.tls().http_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


WRONG = {
    "no certificate": (("absent", "key", None), "tls_certificate .*absent.pem.* No such file"),
    "no key": (("certificate", "absent", None), "tls_key .*absent.pem.* No such file"),
    "no authorities": (("certificate", "key", "absent"), "tls_client_ca .*absent.pem"),
    "not a certificate": (("nonsense", "key", None), "expected PEM files"),
    "not a key": (("certificate", "nonsense", None), "expected PEM files"),
    "not the certificate's key": (("certificate", "other_key", None), "belong together"),
    "not authorities": (("certificate", "key", "nonsense"), "tls_client_ca .*nonsense.pem"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_cannot_be_used_is_named_at_the_start(files: Files, case: str) -> None:
    (certificate, key, authorities), named = WRONG[case]
    tls = Tls(
        getattr(files, certificate),
        getattr(files, key),
        getattr(files, authorities) if authorities else None,
    )
    with pytest.raises(ConfigError, match=named), running(Storage(), tls=tls):
        pass


def shown_over_http(receiver: Receiver) -> str:
    """The certificate that a new connection gets, PEM."""
    return ssl.get_server_certificate(receiver.address)


def test_a_renewed_certificate_is_used_for_new_connections(tmp_path: Path) -> None:
    files = Files(tmp_path)
    with running(Storage(), tls=files.tls()) as receiver:
        before = shown_over_http(receiver)
        authority = trustme.CA()
        renewed = authority.issue_cert("127.0.0.1")
        renewed.cert_chain_pems[0].write_to_path(files.certificate)
        assert shown_over_http(receiver) == before, "its key is not there yet"
        with channel(receiver, files, client=False) as opened:
            assert opened.unary_unary(SERVICE)(BODY, timeout=60) == b""
        renewed.private_key_pem.write_to_path(files.key)
        after = shown_over_http(receiver)
        assert after.split() == renewed.cert_chain_pems[0].bytes().decode().split()
        authority.cert_pem.write_to_path(files.authority)
        assert post(receiver, files, client=False).status_code == 200
        with channel(receiver, files, client=False) as opened:
            assert opened.unary_unary(SERVICE)(BODY, timeout=60) == b""


def test_renewed_authorities_of_clients_count_as_well(tmp_path: Path) -> None:
    files = Files(tmp_path)
    with running(Storage(), tls=files.tls(clients=True)) as receiver:
        assert post(receiver, files, client=True).status_code == 200
        authority = trustme.CA()
        authority.cert_pem.write_to_path(files.client_authority)
        with pytest.raises(requests.ConnectionError):
            post(receiver, files, client=True)
        client = authority.issue_cert("sender@example.com")
        client.private_key_and_cert_chain_pem.write_to_path(files.client)
        assert post(receiver, files, client=True).status_code == 200
        with channel(receiver, files, client=True) as opened:
            assert opened.unary_unary(SERVICE)(BODY, timeout=60) == b""

"""Asks over HTTP, directly: variables about proxies and authorities are for the wide world."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import requests
from google.rpc.status_pb2 import Status

TIMEOUT_S = 10.0
_LONGEST_MESSAGE = 300
_ERRNO = re.compile(r"\[Errno \d+\] ([\w ]+)")
_SSL = re.compile(r"(\[SSL[^]]*\][^)\"']*)")


@dataclass(frozen=True)
class Credentials:
    """How the doctor shows who it is, and whom it believes."""

    key: str = ""
    ca: str = ""
    """PEM file with the authority of the receiver's certificate; the usual ones when empty."""
    client_certificate: str = ""
    client_key: str = ""


def session(credentials: Credentials | None = None) -> requests.Session:
    """A session; with credentials, for the receiver."""
    result = requests.Session()
    result.trust_env = False
    if credentials is not None:
        result.verify = credentials.ca or True
        if credentials.client_certificate:
            result.cert = (credentials.client_certificate, credentials.client_key)
    return result


def get(url: str) -> requests.Response:
    """GET of a part of ours. Raises requests.RequestException."""
    with session() as direct:
        return direct.get(url, timeout=TIMEOUT_S)


def refusal_text(response: Any) -> str:
    """What a refusal says: the message of a google.rpc.Status, or the body as it is."""
    try:
        if "json" in response.headers.get("Content-Type", ""):
            return shortened(response.json()["message"])
        return shortened(Status.FromString(response.content).message)
    except Exception:  # noqa: BLE001 - whatever listens there, its answer is shown as it is
        return shortened(response.content.decode("utf-8", "replace"))


def network_problem(error: Exception) -> str:
    """What requests says of a connection that failed, without the layers around it."""
    text = str(error)
    match = _ERRNO.search(text) or _SSL.search(text)
    return shortened(match.group(1) if match else text)


def shortened(text: object) -> str:
    """The first line, not too long."""
    return str(text).strip().partition("\n")[0][:_LONGEST_MESSAGE]

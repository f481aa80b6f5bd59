"""Does what is sent arrive? Each kind over each transport, read back from storage."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import requests

from otel_replay.doctor.report import Check, failed, ok, skipped
from otel_replay.doctor.samples import KINDS, Sample
from otel_replay.doctor.senders import Answer, Sender, grpc_sender, http_sender
from otel_replay.doctor.setup import Setup
from otel_replay.doctor.web import get, network_problem, shortened
from otel_replay.errors import OtelReplayError

_EVERY_S = 0.05
_REMEDIES = {
    ("401", "UNAUTHENTICATED"): "give a key that the receiver knows: --key, or ingest_keys in the"
    " settings",
    ("403", "PERMISSION_DENIED"): "the key is not for this: look at its entry in the settings",
    ("404", "UNIMPLEMENTED"): "something else than otel-replay listens there: check the address",
    ("413",): "raise max_request_bytes",
    ("429", "RESOURCE_EXHAUSTED"): "the key is over its limits: raise them, or wait",
    ("503", "UNAVAILABLE"): "storage or memory is short: see the checks of ClickHouse, spool and"
    " disk, and the receiver's log",
}
_TLS = "check the certificates: --ca names the authority of the receiver's, --client-certificate"


@dataclass(frozen=True)
class Sent:
    """One request that was answered."""

    sample: Sample
    kind: str
    answer: Answer
    began: float

    @property
    def name(self) -> str:
        return f"{self.kind} over {'gRPC' if self.sample.transport == 'grpc' else 'HTTP'}"


@dataclass(frozen=True)
class Roundtrip:
    """What was sent, and what the checks of it say."""

    run: str
    sent: tuple[Sent, ...]
    checks: tuple[Check, ...]

    def arrived(self, kind: str) -> list[Sent]:
        """What of a kind was read back."""
        well = {check.name for check in self.checks if check.status == "ok"}
        return [sent for sent in self.sent if sent.kind == kind and sent.name in well]


def roundtrip(setup: Setup, transports: list[str]) -> Roundtrip:
    """Sends over the transports that can be reached, all at once, and waits for it to show up."""
    run = secrets.token_hex(16)
    with ExitStack() as stack:
        senders: dict[str, Sender] = {}
        if "grpc" in transports:
            grpc = grpc_sender(setup.otlp_grpc, setup.tls, setup.credentials)
            senders["grpc"] = stack.enter_context(grpc)
        if "http" in transports:
            http = http_sender(setup.otlp_http, setup.credentials)
            senders["http"] = stack.enter_context(http)
        samples = [Sample(run, transport, seq) for seq, transport in enumerate(senders)]
        jobs = [(senders[sample.transport], sample, kind) for sample in samples for kind in KINDS]
        with ThreadPoolExecutor(max(1, len(jobs))) as pool:
            sent = tuple(pool.map(lambda job: _send(*job), jobs))
    return Roundtrip(run, sent, tuple(_arrivals(setup, sent)))


def _send(sender: Sender, sample: Sample, kind: str) -> Sent:
    began = time.perf_counter()
    return Sent(sample, kind, sender(*sample.request(kind)), began)


def _arrivals(setup: Setup, sent: tuple[Sent, ...]) -> Iterator[Check]:
    for one in sent:
        if one.answer.problem:
            yield failed(one.name, _refusal(one.answer), _remedy(one.answer, setup.tls))
        else:
            yield _arrival(setup, one)


def _arrival(setup: Setup, one: Sent) -> Check:
    names = {"run": one.sample.run, "trace_id": one.sample.trace_id}
    parameters = {**names, "transport": one.sample.transport, "seq": one.sample.seq}
    acknowledged = f"acknowledged after {one.answer.ms:.0f} ms"
    try:
        if _appears(setup, one.kind, parameters):
            ms = (time.perf_counter() - one.began) * 1000
            return ok(one.name, f"{acknowledged}, readable", ms)
    except OtelReplayError as exc:
        return failed(
            one.name, f"{acknowledged}, but reading fails: {shortened(exc)}", "see ClickHouse above"
        )
    return failed(
        one.name,
        f"{acknowledged}, but not readable after {setup.timeout_s:g} s",
        "storage is away and it waits in the spool, or the receiver writes to another database"
        f" than {setup.project}: compare their settings",
    )


def _appears(setup: Setup, name: str, parameters: dict[str, object]) -> bool:
    deadline = time.monotonic() + setup.timeout_s
    while not setup.read(name, parameters)[0]["found"]:
        if time.monotonic() > deadline:
            return False
        time.sleep(_EVERY_S)
    return True


def _refusal(answer: Answer) -> str:
    return f"{answer.code} {answer.problem}".strip()


def _remedy(answer: Answer, tls: bool) -> str:
    """What helps against an answer that is not success."""
    # One that lacks a client certificate is hung up on, after a handshake that went well for it.
    if tls and (not answer.code or "connect" in answer.problem):
        return _TLS
    found = (text for codes, text in _REMEDIES.items() if answer.code in codes)
    return next(found, "look at the receiver's log")


def session(setup: Setup, trip: Roundtrip) -> Check:
    """A chunk makes a session, which the session worker computes."""
    if not trip.arrived("chunk"):
        return skipped("session", "no chunk arrived")
    began = time.perf_counter()
    try:
        found = _appears(setup, "session", {"run": trip.run})
    except OtelReplayError as exc:
        return failed("session", shortened(exc), "see ClickHouse above")
    if not found:
        return failed(
            "session",
            f"the chunk is stored, but no session after {setup.timeout_s:g} s",
            "nothing derives sessions: start otel-replay work, or look at its log",
        )
    return ok("session", "computed from the chunk", (time.perf_counter() - began) * 1000)


def pages(setup: Setup, trip: Roundtrip, reachable: bool) -> Iterator[Check]:
    """The API shows the trace and plays the recording."""
    if not reachable:
        yield skipped("trace in the API", "the pages cannot be reached from here")
        return
    base = setup.ui if setup.is_default_project else f"{setup.ui}/projects/{setup.project}"
    for sent in trip.arrived("span")[:1]:
        url = f"{base}/api/v1/traces/{sent.sample.trace_id}"
        yield _answers("trace in the API", url, lambda text: "otel-replay doctor" in text)
    if trip.arrived("chunk"):
        url = f"{base}/api/v1/sessions/{trip.run}/replay"
        yield _answers("replay in the API", url, lambda text: "Recorded by otel-replay" in text)


def _answers(name: str, url: str, right: Callable[[str], bool]) -> Check:
    began = time.perf_counter()
    try:
        response = get(url)
    except requests.RequestException as exc:
        return failed(
            name, network_problem(exc), "look at the log of the process that serves the pages"
        )
    if response.status_code == 200 and right(response.text):
        return ok(name, url, (time.perf_counter() - began) * 1000)
    return failed(
        name,
        f"{url}: {response.status_code} {shortened(response.text)}",
        "the pages read another database or blob store than the receiver writes: compare settings",
    )

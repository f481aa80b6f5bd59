"""Runs all checks in order: from what everything needs to what a user sees."""

from __future__ import annotations

from otel_replay.doctor import reachable
from otel_replay.doctor.blobs import blobs
from otel_replay.doctor.cors import cors
from otel_replay.doctor.report import Report, failed
from otel_replay.doctor.roundtrip import pages, roundtrip, session
from otel_replay.doctor.setup import Setup
from otel_replay.errors import ConfigError


def examine(setup: Setup, report: Report) -> Report:
    """Fills the report. Raises ConfigError when the setup cannot be checked from here."""
    setup.check()
    report.add(reachable.versions(setup), reachable.process(setup))
    addresses = {check.name: check for check in reachable.addresses(setup)}
    report.add(*addresses.values(), reachable.health(setup))
    report.add(*reachable.storage(setup), *blobs(setup), *reachable.disks(setup))
    open_addresses = {name for name, check in addresses.items() if check.status == "ok"}
    by_name = {"OTLP/gRPC address": "grpc", "OTLP/HTTP address": "http"}
    transports = [transport for name, transport in by_name.items() if name in open_addresses]
    if transports:
        _send(setup, report, transports, "pages address" in open_addresses)
    else:
        report.add(failed("sending", "no transport can be reached", "see the addresses above"))
    if "http" in transports:
        report.add(cors(setup))
    report.add(*reachable.backlog(setup))
    return report


def _send(setup: Setup, report: Report, transports: list[str], has_pages: bool) -> None:
    try:
        trip = roundtrip(setup, transports)
    except ConfigError as exc:
        report.add(failed("sending", str(exc), "give files that this user may read"))
        return
    report.add(*trip.checks, session(setup, trip), *pages(setup, trip, has_pages))

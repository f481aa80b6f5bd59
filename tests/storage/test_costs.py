"""What is asked of a blob store, and what that costs."""

from __future__ import annotations

import uuid

import pytest

from otel_replay.errors import UnavailableError
from otel_replay.instruments import Instruments
from otel_replay.storage.blobs.costs import (
    HOURS_PER_MONTH,
    RecentRequests,
    put_requests,
    request_class,
)
from otel_replay.storage.blobs.counted import counted
from otel_replay.storage.blobs.file import FileBlobStore
from tests.support.faults import FaultyS3Proxy
from tests.support.s3_server import S3Server

MIB = 1024 * 1024


def figures(instruments: Instruments, name: str, store: str, label: str) -> dict[str, float]:
    """Values of a figure of a store, by one of its labels."""
    found = {}
    for metric in instruments.registry.collect():
        for sample in metric.samples:
            if sample.name == name and sample.labels.get("store") == store:
                found[sample.labels[label]] = sample.value
    return found


def test_requests_to_s3_are_counted_as_they_are_charged(
    s3_server: S3Server, s3_credentials: None
) -> None:
    bucket = s3_server.make_bucket(f"costs-{uuid.uuid4().hex}")
    instruments = Instruments()
    with FaultyS3Proxy(s3_server.port) as proxy:
        store = counted(s3_server.store(bucket, endpoint=proxy.endpoint), instruments)
        with proxy.failing("error", most_hits=1):
            store.put("small", b"0123456789")
        store.put("big", bytes(17 * MIB))
        assert store.get("small", 2, 3) == b"234"
        assert len(list(store.list())) == 2
        store.delete("small")
    name = "otel_replay_blob_requests_total"
    # The small one twice; the big one begun, in two parts, and completed.
    expected = {"PUT": 6, "GET": 1, "LIST": 1, "DELETE": 1}
    assert figures(instruments, name, "s3", "request") == expected
    assert put_requests(10) + put_requests(17 * MIB) == 5
    moved = figures(instruments, "otel_replay_blob_bytes_total", "s3", "direction")
    assert moved == {"written": 17 * MIB + 10, "read": 3}
    dollars = figures(instruments, "otel_replay_blob_request_dollars_total", "s3", "store")
    assert dollars["s3"] == pytest.approx(7 * 0.005 / 1000 + 0.0004 / 1000)
    assert instruments.recent_blob_requests.last_hour().requests == expected


def test_files_cost_nothing_and_are_counted_too(blobs: FileBlobStore) -> None:
    instruments = Instruments()
    store = counted(counted(blobs, instruments), instruments)
    store.put("a", b"0123")
    store.get("a", 1, 2)
    with pytest.raises(UnavailableError):
        store.put("a/b", b"x")
    name = "otel_replay_blob_requests_total"
    assert figures(instruments, name, "file", "request") == {"PUT": 2, "GET": 1}
    moved = figures(instruments, "otel_replay_blob_bytes_total", "file", "direction")
    assert moved == {"written": 4, "read": 2}
    assert figures(instruments, "otel_replay_blob_request_dollars_total", "file", "store") == {}


def test_a_month_is_estimated_from_the_last_hour() -> None:
    now_s = [0.0]
    recent = RecentRequests(lambda: now_s[0])
    for _ in range(1000):
        recent.add("PUT")
    now_s[0] = 1800
    recent.add("DELETE")
    half_an_hour = recent.last_hour()
    assert half_an_hour.requests == {"PUT": 1000, "GET": 0, "LIST": 0, "DELETE": 1}
    assert half_an_hour.dollars_per_month == pytest.approx(2 * 0.005 * HOURS_PER_MONTH)
    now_s[0] = 3600
    assert recent.last_hour().requests["PUT"] == 0
    assert recent.last_hour().dollars_per_month == 0


def test_what_s3_does_not_list_counts_as_reading() -> None:
    assert request_class("HeadObject") == "GET"
    assert request_class("UploadPart") == "PUT"

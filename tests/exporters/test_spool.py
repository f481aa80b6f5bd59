"""The spool: what is on the disk survives, in order, and damage to one record is that record's."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otel_replay.errors import ConfigError, RetryableError
from otel_replay.instruments import Instruments
from otel_replay.sessions.chunks import Chunk
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.spool import CHUNKS, REQUESTS, Batch, SpoolFolder
from otel_replay_exporters.spool import queue as spool_queue
from otel_replay_exporters.spool.batches import DamagedBatchError
from otel_replay_exporters.spool.framing import Damage, frame, read_records
from otel_replay_exporters.spool.queue import Spool, SpoolBudget, SpoolFullError

PAYLOADS = [b"one", b"", b"three" * 100, b"\xf5ORS\0\0\0\1", b"five"]


def open_spool(folder: Path, limit: int = 1 << 20) -> Spool:
    return Spool(folder, SpoolBudget(limit))


def drained(spool: Spool) -> list[bytes]:
    """Takes everything out, as the loop does."""
    found: list[bytes] = []
    while segment := spool.oldest():
        found += [r for r in read_records(segment.read()) if isinstance(r, bytes)]
        spool.remove(segment)
    return found


def test_what_was_appended_comes_out_in_order_after_a_crash(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    for payload in PAYLOADS:
        spool.append(payload)
    # Nothing is closed: the process is gone.
    assert drained(open_spool(tmp_path)) == PAYLOADS
    assert open_spool(tmp_path).is_empty


def test_order_holds_over_many_files_though_the_clock_is_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_queue, "SEGMENT_BYTES", 1)
    clock = iter(range(1_800_000_000_000_000_000, 0, -60_000_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    spool = open_spool(tmp_path)
    expected = [b"%d" % number for number in range(20)]
    for payload in expected:
        spool.append(payload)
    assert len(list(tmp_path.glob("*.spool"))) == 20
    assert drained(open_spool(tmp_path)) == expected


@given(cut=st.integers(0, sum(len(frame(p)) for p in PAYLOADS)))
def test_a_file_that_is_cut_off_anywhere_gives_all_records_before_the_cut(cut: int) -> None:
    data = b"".join(map(frame, PAYLOADS))
    whole, end = [], 0
    for payload in PAYLOADS:
        end += len(frame(payload))
        if end <= cut:
            whole.append(payload)
    records = list(read_records(data[:cut]))
    assert [r for r in records if isinstance(r, bytes)] == whole
    damage = [r for r in records if isinstance(r, Damage)]
    assert sum(len(d.data) for d in damage) == cut - sum(len(frame(p)) for p in whole)
    assert all(d.torn for d in damage)


@given(
    position=st.integers(0, sum(len(frame(p)) for p in PAYLOADS) - 1), change=st.integers(1, 255)
)
def test_a_byte_that_changed_spoils_one_record_and_no_other(position: int, change: int) -> None:
    data = bytearray(b"".join(map(frame, PAYLOADS)))
    data[position] ^= change
    records = list(read_records(bytes(data)))
    good = [r for r in records if isinstance(r, bytes)]
    ends = list(accumulate(len(frame(payload)) for payload in PAYLOADS))
    hit = next(number for number, end in enumerate(ends) if position < end)
    start = ends[hit] - len(frame(PAYLOADS[hit]))
    assert good == PAYLOADS[:hit] + PAYLOADS[hit + 1 :]
    damage = [r.data for r in records if isinstance(r, Damage)]
    assert damage == [bytes(data[start : ends[hit]])]


@given(noise=st.binary(max_size=300))
def test_noise_is_never_taken_for_a_record(noise: bytes) -> None:
    records = list(read_records(noise))
    assert b"".join(r.data if isinstance(r, Damage) else frame(r) for r in records) == noise


def test_a_full_spool_refuses_for_now_and_takes_again_when_drained(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, limit=100)
    spool.append(b"x" * 60)
    with pytest.raises(SpoolFullError, match="which is its limit") as error:
        spool.append(b"y" * 60)
    assert error.value.retry_after_s > 0
    assert error.value.reason == "spool_full"
    assert drained(spool) == [b"x" * 60]
    spool.append(b"y" * 60)
    # What is there counts after a restart too.
    with pytest.raises(SpoolFullError):
        open_spool(tmp_path, limit=100).append(b"z" * 60)


def test_a_disk_that_is_full_refuses_and_leaves_no_half_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = open_spool(tmp_path)
    spool.append(b"one")
    real = os.write

    def full_after_five_bytes(descriptor: int, data: memoryview) -> int:
        if len(data) <= 5:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:5])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full_after_five_bytes)
        with pytest.raises(SpoolFullError, match="No space left on device"):
            spool.append(b"two")
    spool.append(b"three")
    assert drained(open_spool(tmp_path)) == [b"one", b"three"]


def test_what_is_replaced_is_replaced_as_a_whole(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    for payload in PAYLOADS:
        spool.append(payload)
    segment = spool.oldest()
    assert segment is not None
    spool.replace(segment, [b"rest"])
    spool.append(b"later")
    (tmp_path / "left-by-a-crash.part").write_bytes(b"half")
    reopened = open_spool(tmp_path)
    assert reopened.size_bytes == len(frame(b"rest")) + len(frame(b"later"))
    assert drained(reopened) == [b"rest", b"later"]


def test_the_limit_is_for_all_spools_of_a_process_together(tmp_path: Path) -> None:
    folder = SpoolFolder(tmp_path, 100)
    folder.open("shop", "traces").append(b"x" * 60)
    with pytest.raises(SpoolFullError):
        folder.open("shop", "logs").append(b"x" * 60)
    folder.close()


def test_a_folder_that_cannot_be_written_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="choose a folder that is writable with --spool"):
        SpoolFolder(tmp_path / "file", 100)


_OTHER_PROCESS = """
import sys
import time
from itertools import accumulate
from pathlib import Path
from otel_replay_exporters.spool import SpoolFolder
folder = SpoolFolder(Path(sys.argv[1]), 1 << 20)
folder.open("shop", "traces").append(sys.argv[2].encode())
print("written", flush=True)
sys.stdin.read()
"""


def test_processes_have_places_of_their_own_and_inherit_those_of_the_dead(tmp_path: Path) -> None:
    def start(text: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", _OTHER_PROCESS, str(tmp_path), text]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        return process

    processes = [start("one"), start("two")]
    assert len(list(tmp_path.glob("*/shop/traces/*.spool"))) == 2
    mine = SpoolFolder(tmp_path, 1 << 20)
    assert drained(mine.open("shop", "traces")) == []
    mine.close()
    for process in processes:
        process.kill()
        process.communicate()
    heir = SpoolFolder(tmp_path, 1 << 20)
    assert drained(heir.open("shop", "traces")) == [b"one", b"two"]
    heir.close()


def test_the_size_is_in_the_figures(tmp_path: Path) -> None:
    instruments = Instruments()
    folder = SpoolFolder(tmp_path, 1000, instruments)
    folder.open("shop", "traces").append(b"x" * 60)
    folder.open("shop", "logs").append(b"x" * 40)
    value = instruments.registry.get_sample_value
    labels = {"project": "shop"}
    assert value("otel_replay_spool_bytes", labels) == len(frame(b"x" * 60) + frame(b"x" * 40))
    assert value("otel_replay_spool_capacity_bytes", labels) == 1000
    folder.close()


texts = st.text(max_size=20)
whole = st.integers(0, 2**40)
chunks = st.builds(
    Chunk,
    session_id=texts,
    tab=texts,
    seq=whole,
    start_ms=whole,
    end_ms=whole,
    events=whole,
    checkpoint=st.booleans(),
    final=st.booleans(),
    encoding=st.sampled_from(["gzip", "identity"]),
    size_bytes=whole,
    payload=st.binary(max_size=50),
    sent_ms=whole,
    received_ms=whole,
    service_name=texts,
    user_id=texts,
    resource_attributes=st.dictionaries(texts, texts, max_size=3),
    widths=st.lists(st.integers(0, 9), max_size=3).map(tuple),
)


@given(requests=st.lists(st.lists(chunks, max_size=3).map(tuple), max_size=3), tried=st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
def test_chunks_come_out_as_they_went_in(requests: list[tuple[Chunk, ...]], tried: bool) -> None:
    assert CHUNKS.decode(CHUNKS.encode(Batch(requests, "t", tried))) == Batch(requests, "t", tried)


def test_requests_come_out_as_they_went_in() -> None:
    requests = [ExportRequest("traces", b"\0\xff", records=3), ExportRequest("metrics", b"")]
    assert REQUESTS.decode(REQUESTS.encode(Batch(requests, "t", True))).items == requests


def test_a_spool_outlives_an_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    chunk = Chunk("s", "t", 1, 2, 3, 4, True, False, "gzip", 5, b"bytes", 6, 7, user_id="u")
    data = CHUNKS.encode(Batch([(chunk,)], "t"))
    older = data.replace(b'"user_id"', b'"unknown"')
    assert CHUNKS.decode(older).items == [(dataclasses.replace(chunk, user_id=""),)]
    newer = data.replace(b'"session_id"', b'"session_no"')
    with pytest.raises(DamagedBatchError):
        CHUNKS.decode(newer)


@given(data=st.binary(max_size=200))
def test_bytes_that_are_no_batch_are_said_to_be_none(data: bytes) -> None:
    with pytest.raises(DamagedBatchError):
        REQUESTS.decode(data)


def test_being_full_is_a_reason_to_try_again() -> None:
    assert issubclass(SpoolFullError, RetryableError)

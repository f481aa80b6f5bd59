"""The form of packs: what they say of themselves, and how a session is taken out of one."""

from __future__ import annotations

import zlib

import pytest

from otel_replay.errors import DamagedBlobError
from otel_replay.sessions import packs
from otel_replay.storage.blobs import FileBlobStore

PAYLOADS = [b"[first]", b"[other]", b"[second]"]
SESSIONS = ["a", "b", "a"]


def pack() -> bytes:
    rows, offset = [], 0
    for seq, (session_id, payload) in enumerate(zip(SESSIONS, PAYLOADS, strict=True)):
        rows.append(
            {
                "SessionId": session_id,
                "Seq": seq,
                "Offset": offset,
                "Length": len(payload),
                "Crc32": zlib.crc32(payload),
            }
        )
        offset += len(payload)
    return packs.join(PAYLOADS, rows)


def test_the_index_is_read_from_the_end_of_a_blob(
    blobs: FileBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put("packs/1", pack())
    (info,) = blobs.list()
    expected = packs.index_of(pack(), "packs/1")
    assert [(row["SessionId"], row["Seq"]) for row in expected] == [("a", 0), ("b", 1), ("a", 2)]
    assert packs.read_index(blobs, info) == expected
    monkeypatch.setattr(packs, "TAIL_BYTES", 20)
    assert packs.read_index(blobs, info) == expected


def test_a_scrubbed_session_leaves_no_byte_and_the_others_where_they_were() -> None:
    before = pack()
    after = packs.scrub(before, {"a"}, "packs/1")
    assert after is not None
    assert b"first" not in after
    assert b"second" not in after
    assert b'"a"' not in after
    (row,) = packs.index_of(after, "packs/1")
    assert row == packs.index_of(before, "packs/1")[1]
    stored = after[row["Offset"] : row["Offset"] + row["Length"]]
    assert stored == b"[other]"
    assert zlib.crc32(stored) == row["Crc32"]
    assert after[:7] == bytes(7)
    assert after[14:22] == bytes(8)


def test_a_pack_without_the_session_needs_no_rewriting() -> None:
    assert packs.scrub(pack(), {"c"}, "packs/1") is None
    after = packs.scrub(pack(), {"a", "b"}, "packs/1")
    assert after is not None
    assert packs.index_of(after, "packs/1") == []
    assert packs.scrub(after, {"a", "b"}, "packs/1") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"ORP1", b"no list at all", b"\x00\x00\x00\x09ORP1", b"{not json" + b"\0\0\0\x09ORP1"],
    ids=["empty", "too short", "no mark", "longer than the blob", "no JSON"],
)
def test_a_blob_that_is_no_pack_is_said_to_be_damaged(blobs: FileBlobStore, data: bytes) -> None:
    with pytest.raises(DamagedBlobError, match="packs/9"):
        packs.index_of(data, "packs/9")
    blobs.put("packs/9", data)
    (info,) = blobs.list()
    with pytest.raises(DamagedBlobError, match="packs/9"):
        packs.read_index(blobs, info)

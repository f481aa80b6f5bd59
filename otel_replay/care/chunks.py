"""What care knows of chunks: rows of replay_chunks, and of the lists at the ends of blobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Key = tuple[str, str, int, int]
_TIMES = ("StartTime", "EndTime", "SentAt", "ReceivedAt")


def chunk_key(row: Mapping[str, Any]) -> Key:
    """What tells a chunk from all others: the table's order."""
    return row["SessionId"], row["Tab"], row["Seq"], row["MoreSeqs"]


def chunk_name(row: Mapping[str, Any]) -> str:
    """For people."""
    return f"chunk {row['Seq']} of tab {row['Tab']} of session {row['SessionId']}"


def received_ms(row: Mapping[str, Any]) -> int:
    """When a chunk in a blob's list came in, ms since the epoch."""
    return int(_time(row["ReceivedAt"]).timestamp() * 1000)


def as_row(listed: Mapping[str, Any], blob: str) -> dict[str, Any]:
    """The row of replay_chunks that a blob's list tells of, with the blob's key as it is now."""
    times = {name: _time(listed[name]) for name in _TIMES}
    return {**listed, **times, "Blob": blob}


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Feeds the events of a recording to inputs.py while its chunks go by, each event once."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from otel_replay.errors import DamagedBlobError
from otel_replay.sessions.inputs import SessionInputs
from otel_replay.sessions.layout import Row, Stretch, arrange
from otel_replay.sessions.parts import Block, joined

MAX_PARSED_BYTES = 32 * 1024 * 1024
"""JSON takes ten times its room once parsed: a snapshot that is bigger is passed over."""


_Key = tuple[str, int, int]


def _key(row: Row) -> _Key:
    """Runs of different length may begin with one number."""
    return row["Tab"], row["Seq"], row["MoreSeqs"]


class Facts:
    """Takes the chunks of a session in any order that keeps each tab's chunks in theirs."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """`rows` are all of the session's, by tab and number."""
        self._inputs = SessionInputs()
        self._chunks = Counter(row["Tab"] for row in rows)
        self._waiting: deque[tuple[str, Stretch]] = deque(
            (tab, stretch)
            for tab, of_tab in groupby(rows, key=lambda row: row["Tab"])
            for stretch in arrange(list(of_tab))
        )
        self._blocks: dict[_Key, Block] = {}
        self._wanted = {_key(row) for _, stretch in self._waiting for row in stretch.rows}

    def add(self, row: Row, block: Block) -> None:
        """A chunk, decompressed, or damaged."""
        key = _key(row)
        if key in self._wanted:
            self._blocks[key] = block
            self._read()

    def _read(self) -> None:
        while self._waiting:
            tab, stretch = self._waiting[0]
            keys = [_key(row) for row in stretch.rows]
            if not all(key in self._blocks for key in keys):
                return
            self._waiting.popleft()
            self._add(tab, stretch, [self._blocks.pop(key) for key in keys])

    def _add(self, tab: str, stretch: Stretch, blocks: Sequence[Block]) -> None:
        if sum(len(block.stored) for block in blocks) > MAX_PARSED_BYTES:
            return
        try:
            plain = len(blocks) == 1 and not (stretch.skip or stretch.lacking or blocks[0].piece)
            text = blocks[0].payload() if plain else joined(blocks, stretch.skip, stretch.lacking)
        except DamagedBlobError:
            # Nothing is known of what cannot be read.
            return
        self._inputs.add(tab, stretch.seq, text)

    def rows(self, session_id: str) -> list[Mapping[str, Any]]:
        """Rows of `session_inputs`."""
        return list(self._inputs.rows(session_id, self._chunks))

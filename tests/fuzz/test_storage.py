"""What a decoder takes, storage takes: else a batch would have to be split to find the culprit."""

from __future__ import annotations

from random import Random

import pytest

from otel_replay.errors import InvalidDataError
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.telemetry import SIGNAL_NAMES, SignalName
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_receivers.otlp.decode import decode
from tests.fuzz import corpus
from tests.fuzz.structure import mutated_message


@pytest.mark.parametrize("signal", SIGNAL_NAMES)
def test_storage_takes_what_decoders_take(database: Database, signal: SignalName) -> None:
    random, valid = Random(signal), corpus.requests(signal)
    taken: list[bytes] = []
    while len(taken) < 1000:
        data = mutated_message(random.choice(valid), valid, random)
        try:
            taken.append(decode(signal, data, 0).request.data)
        except InvalidDataError:
            continue
    create_ingest_tables(database)
    insert = OtlpInserter(database, SIGNALS[signal])
    try:
        insert(taken)
    except QueryError as exc:
        pytest.fail(f"{_culprit(insert, taken).hex()}: {exc}")


def _culprit(insert: OtlpInserter, requests: list[bytes]) -> bytes:
    """The first request that is refused when it stands alone; only a failing test looks for it."""
    for request in requests:
        try:
            insert([request])
        except QueryError:
            return request
    return b""

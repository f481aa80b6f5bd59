"""The spool: batches wait on the disk while ClickHouse or the blob store is away."""

from otel_replay_exporters.spool.backlog import Backlog
from otel_replay_exporters.spool.batches import CHUNKS, REQUESTS, Batch, Codec
from otel_replay_exporters.spool.folder import SpoolFolder
from otel_replay_exporters.spool.queue import Spool, SpoolFullError

__all__ = [
    "CHUNKS",
    "REQUESTS",
    "Backlog",
    "Batch",
    "Codec",
    "Spool",
    "SpoolFolder",
    "SpoolFullError",
]

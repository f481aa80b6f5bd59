"""Figures of a running process, in Prometheus' form; each is declared here, once.

Names are the Collector's own where it has the figure, so that dashboards and alerts made for it
work. Source: the Collector's "Internal telemetry" page, and in go.opentelemetry.io/collector the
documentation.md of receiverhelper, exporterhelper and service. Counters end in ``_total``, as there
with a Prometheus reader, and the Collector's names carry no unit beyond what they say.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from otel_replay.storage.blobs.costs import RecentRequests
from otel_replay.telemetry import SignalName

RECEIVER = "otlp"
TRANSPORTS = ("grpc", "http")
_RECORDS: dict[SignalName, str] = {
    "traces": "spans",
    "logs": "log_records",
    "metrics": "metric_points",
}
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30)
_BYTES = tuple(4.0**power for power in range(5, 15))
_REQUESTS = (1, 3, 10, 30, 100, 300, 1000, 3000)


class Instruments:
    """All counters, gauges and histograms of one process.

    Each instance has a registry of its own unless one is given, so that tests, and several
    receivers in one process, do not mix.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._of_requests()
        self._of_storage()
        self._of_the_spool()
        self._of_memory()
        self._of_the_session_worker()
        self._of_erasure()
        self._of_compaction()
        self._of_the_pages()

    def _of_requests(self) -> None:
        self.accepted = self._records("accepted", "received and stored")
        self.refused = self._records("refused", "that the sender should send again")
        self.failed = self._records("failed", "that were malformed or could not be stored")
        self.chunks = self._counter(
            "otel_replay_chunks", "replay chunks received", "project", "outcome"
        )
        self.requests = self._counter(
            "otel_replay_requests",
            "export requests received",
            *("project", "signal", "transport"),
        )
        self.request_bytes = self._counter(
            "otel_replay_request_bytes",
            "size of export requests after decompression",
            *("project", "signal", "transport"),
        )
        self.refusals = self._counter(
            "otel_replay_refused_requests",
            "requests refused, whole or in part, by the reason that the sender was told",
            *("project", "reason"),
        )
        self.request_seconds = self._histogram(
            "otel_replay_request_seconds",
            "from the first byte of a request to its acknowledgement",
            _SECONDS,
            *("signal", "transport"),
        )
        self.requests_under_way = self._gauge(
            "otel_replay_requests_under_way", "requests that wait for their answer", "transport"
        )

    def _of_storage(self) -> None:
        self.sent = self._stored("sent", "stored in ClickHouse")
        self.send_failed = self._stored("send_failed", "in attempts to store that failed")
        self.enqueue_failed = self._stored("enqueue_failed", "that found no room in the queue")
        self.queue_size = self._gauge(
            "otelcol_exporter_queue_size", "requests that wait for storage", "exporter", "project"
        )
        self.queue_bytes = self._gauge(
            "otel_replay_queue_bytes",
            "size of what waits for storage or is being stored",
            *("exporter", "project"),
        )
        self.queue_capacity_bytes = self._gauge(
            "otel_replay_queue_capacity_bytes",
            "size that may wait before senders are held back",
            *("exporter", "project"),
        )
        self.batch_requests = self._histogram(
            "otel_replay_batch_requests",
            "requests committed together",
            _REQUESTS,
            *("exporter", "project"),
        )
        self.batch_bytes = self._histogram(
            "otel_replay_batch_bytes",
            "size of what is committed together",
            _BYTES,
            *("exporter", "project"),
        )
        self.commit_seconds = self._histogram(
            "otel_replay_commit_seconds",
            "time that a commit took, by outcome: stored, spooled, split, failed",
            _SECONDS,
            *("exporter", "project", "outcome"),
        )
        self.blob_operations = self._counter(
            "otel_replay_blob_operations",
            "operations on the blob store",
            *("store", "operation", "outcome"),
        )
        self.blob_requests = self._counter(
            "otel_replay_blob_requests",
            "requests to the blob store by the class that S3 charges them as, retries and parts"
            " of uploads included",
            *("store", "request"),
        )
        self.blob_bytes = self._counter(
            "otel_replay_blob_bytes",
            "payload written to the blob store and read from it",
            *("store", "direction"),
        )
        self.blob_dollars = self._counter(
            "otel_replay_blob_request_dollars",
            "estimate of what requests to the blob store cost, at AWS's list prices",
            "store",
        )
        self.recent_blob_requests = RecentRequests()

    def _of_the_spool(self) -> None:
        self.spool_bytes = self._gauge(
            "otel_replay_spool_bytes", "size of what waits on disk for storage", "project"
        )
        self.spool_capacity_bytes = self._gauge(
            "otel_replay_spool_capacity_bytes", "size that the spool may have", "project"
        )
        self.spool_oldest_seconds = self._greatest(
            "otel_replay_spool_oldest_seconds", "age of the oldest batch in the spool", "project"
        )
        self.spooled = self._counter(
            "otel_replay_spooled_batches",
            "batches that went through the spool, by outcome: written, drained, refused, damaged",
            *("project", "outcome"),
        )

    def _of_memory(self) -> None:
        self.memory_bytes = self._gauge(
            "otel_replay_memory_bytes", "resident memory as compared with the limits"
        )
        self.memory_limit_bytes = self._gauge(
            "otel_replay_memory_limit_bytes",
            "limits of memory: from soft on requests are slowed down, from hard on refused",
            "limit",
        )

    def _of_the_session_worker(self) -> None:
        self.sessions_computed = self._counter(
            "otel_replay_sessions_computed", "sessions computed from what was received", "project"
        )
        self.session_round_seconds = self._histogram(
            "otel_replay_session_round_seconds",
            "time of one round of the session worker, by outcome: done, failed",
            _SECONDS,
            *("project", "outcome"),
        )
        self.session_lag_seconds = self._greatest(
            "otel_replay_session_lag_seconds",
            "age of the oldest news when the last round was through with it",
            "project",
        )
        self.session_round_timestamp = self._greatest(
            "otel_replay_session_round_timestamp_seconds",
            "when a round of the session worker last was done, seconds since the epoch",
            "project",
        )

    def _of_compaction(self) -> None:
        self.compactions = self._counter(
            "otel_replay_compactions",
            "sessions whose recording was to move into an object of its own, by outcome: done,"
            " partly, failed",
            *("project", "outcome"),
        )
        self.compaction_bytes = self._counter(
            "otel_replay_compaction_bytes",
            "size of recordings that moved, by place: packs is before, segments after",
            *("project", "place"),
        )
        self.compaction_cpu_seconds = self._counter(
            "otel_replay_compaction_cpu_seconds", "processor time of compaction", "project"
        )
        self.compaction_waiting = self._greatest(
            "otel_replay_compaction_waiting_sessions",
            "finished sessions whose recording, or a part of it, is still in packs",
            "project",
        )
        self.compaction_timestamp = self._greatest(
            "otel_replay_compaction_timestamp_seconds",
            "when the compaction worker last was through with a round, seconds since the epoch",
            "project",
        )
        self.blobs_deleted = self._counter(
            "otel_replay_blobs_deleted",
            "blobs deleted that nothing referred to, by kind: pack, object",
            *("project", "kind"),
        )
        self.blob_bytes_deleted = self._counter(
            "otel_replay_blob_bytes_deleted", "their size", *("project", "kind")
        )
        self.blobs_deleted_timestamp = self._greatest(
            "otel_replay_blobs_deleted_timestamp_seconds",
            "when all blobs were last looked at for such, seconds since the epoch",
            "project",
        )

    def _of_erasure(self) -> None:
        self.sessions_erased = self._counter(
            "otel_replay_sessions_erased",
            "sessions erased, by reason: asked, late (data of an erased one came in), expired",
            *("project", "reason"),
        )
        self.erasure_round_timestamp = self._greatest(
            "otel_replay_erasure_round_timestamp_seconds",
            "when a round of the erasure worker last was done, seconds since the epoch",
            "project",
        )

    def _of_the_pages(self) -> None:
        self.web_requests = self._counter(
            "otel_replay_web_requests",
            "requests to the pages, the API and the SQL interface, by class of status",
            *("part", "status"),
        )
        self.web_request_seconds = self._histogram(
            "otel_replay_web_request_seconds",
            "time until the answer began",
            _SECONDS,
            "part",
        )

    def _records(self, outcome: str, what: str) -> dict[SignalName, Counter]:
        counters = self._of_signals(f"receiver_{outcome}", what, "receiver", "transport")
        for counter in counters.values():
            # There from the start: a rate needs a first value.
            for transport in TRANSPORTS:
                counter.labels(RECEIVER, transport)
        return counters

    def _stored(self, outcome: str, what: str) -> dict[SignalName, Counter]:
        return self._of_signals(f"exporter_{outcome}", what, "exporter", "project")

    def _of_signals(self, name: str, what: str, *labels: str) -> dict[SignalName, Counter]:
        return {
            signal: self._counter(
                f"otelcol_{name}_{records}", f"{records.replace('_', ' ')} {what}", *labels
            )
            for signal, records in _RECORDS.items()
        }

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, _sentence(what), labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        # Of several workers, each has its own share: the sum is the process group's.
        return Gauge(
            name, _sentence(what), labels, registry=self.registry, multiprocess_mode="livesum"
        )

    def _greatest(self, name: str, what: str, *labels: str) -> Gauge:
        # Of several workers, the process group's is that of the one that has most.
        return Gauge(
            name, _sentence(what), labels, registry=self.registry, multiprocess_mode="livemax"
        )

    def _histogram(
        self, name: str, what: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(name, _sentence(what), labels, buckets=buckets, registry=self.registry)


def _sentence(what: str) -> str:
    return what[0].upper() + what[1:] + "."

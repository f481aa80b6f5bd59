"""What helps against each reason of a refusal, for the person who has to do something about it."""

from __future__ import annotations

from typing import Final

HELP: Final = {
    "malformed": "The body is not what its content type says. Update the sender, or look at what"
    " stands between it and here.",
    "encoding": "The body's compression is unknown or broken. Use gzip, zstd, deflate or none.",
    "content_type": "Send application/x-protobuf or application/json.",
    "too_large": "A request is over max_request_bytes. Send smaller batches, or raise the limit.",
    "too_many_parts": "A request has more records or attributes than one may have. Send smaller"
    " batches, and see what adds so many attributes.",
    "unauthenticated": "The key is missing or unknown. Give the sender one of the project's ingest"
    " keys.",
    "origin": "A web page of an origin that is not allowed tried to send. Add it to"
    " cors_allowed_origins or to its key's allowed_origins.",
    "rate_limit": "A key sends more than its limits per second. Raise them, or sample at the"
    " sender.",
    "daily_budget": "A key has used up its bytes of the day, which begin anew at midnight UTC."
    " Raise bytes_per_day, or sample at the sender.",
    "memory": "Memory is at its limit. Give the process more, or spread the senders over several.",
    "queue_full": "Storage is slower than what comes in. Look at ClickHouse's load and disk.",
    "spool_full": "Storage has been away for so long that the spool is full. Bring it back; senders"
    " keep what they can meanwhile.",
    "storage_unavailable": "ClickHouse or the blob store did not answer. Senders try again; its log"
    " and ours say more.",
    "storage_refused": "ClickHouse cannot store what was sent. The receiver's log has its answer.",
    "unavailable": "Something that is needed was away for a moment. Senders try again.",
    "stopping": "The receiver was about to stop. Senders try again, at another one or after it.",
    "timeout": "Requests arrived too slowly. Look at the network, or raise request_timeout_s.",
    "connections": "Too many connections at once. Spread the senders over several receivers.",
    "disconnected": "Senders hung up in the middle of a request. Their time limit may be too"
    " short.",
    "not_found": "Something sends to a path that is none of OTLP's. The address ends before"
    " /v1/traces, /v1/logs and /v1/metrics, or in them.",
    "method": "Something sends with another method than POST. Look at the sender's address.",
    "invalid_ids": "Spans without proper ids were left out. Their instrumentation is at fault.",
    "invalid_chunk": "Replay chunks with wrong attributes were left out. Update the browser SDK.",
    "internal": "A fault of ours. The receiver's log has the details; please report it.",
}
OTHERWISE: Final = "The receiver's log says more."


def help_for(reason: str) -> str:
    """One or two sentences."""
    return HELP.get(reason, OTHERWISE)

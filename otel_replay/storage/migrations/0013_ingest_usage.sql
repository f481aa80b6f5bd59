-- What senders sent and what became of it, by minute and key. Several processes add their own shares: read with sum().
CREATE TABLE IF NOT EXISTS ingest_usage
(
    Minute DateTime CODEC(Delta(4), ZSTD(1)) COMMENT 'Start of the minute, our clock; of the hour or day where the database was away for long',
    Key LowCardinality(String) COMMENT 'Name of the ingest key, never the key itself; empty without one',
    Signal LowCardinality(String) COMMENT 'traces, logs, metrics or replay; empty where the request was refused before that was known',
    Outcome LowCardinality(String) COMMENT 'accepted, refused (the sender should send again) or failed',
    Reason LowCardinality(String) COMMENT 'Why it was not accepted, in one word',
    Requests SimpleAggregateFunction(sum, UInt64),
    Records SimpleAggregateFunction(sum, UInt64) COMMENT 'Spans, log records or metric points',
    Bytes SimpleAggregateFunction(sum, UInt64) COMMENT 'Of request bodies after decompression',
    LastAt SimpleAggregateFunction(max, DateTime64(3)) COMMENT 'When the last of them was answered'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Minute)
ORDER BY (Minute, Key, Signal, Outcome, Reason)
TTL Minute + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000

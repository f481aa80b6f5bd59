-- What one run of an erasure takes out, so that statements on every table mean the same rows however many they are.
CREATE TABLE IF NOT EXISTS erasing
(
    Run String COMMENT 'One attempt; one that is cut off is followed by another of its own',
    Kind LowCardinality(String) COMMENT 'session, trace (one that belongs to none but such sessions) or span (trace and span with a blank between)',
    Id String COMMENT 'Of the session, trace or span',
    AddedAt DateTime DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (Run, Kind, Id)
TTL AddedAt + INTERVAL 2 DAY
SETTINGS index_granularity = 1024;

-- Traces that went with the sessions they belonged to: what services send of them late names no session, and goes as well.
CREATE TABLE IF NOT EXISTS erased_traces
(
    TraceId String CODEC(ZSTD(1)),
    ErasedAt DateTime64(3) DEFAULT now64(3) COMMENT 'Our clock'
)
ENGINE = ReplacingMergeTree(ErasedAt)
ORDER BY TraceId
TTL toDateTime(ErasedAt) + INTERVAL 90 DAY
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1

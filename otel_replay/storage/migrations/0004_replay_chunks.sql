-- Where each chunk of a recording lies. A chunk sent twice is one row after merging; read with FINAL.
CREATE TABLE IF NOT EXISTS replay_chunks
(
    SessionId String CODEC(ZSTD(1)),
    Tab LowCardinality(String) COMMENT 'Recorder instance: one page load in one browser tab',
    Seq UInt32 COMMENT 'Order within the tab: 0, 1, 2 without holes',
    StartTime DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'First event, by the browser''s clock',
    EndTime DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Last event, by the browser''s clock',
    Checkpoint Bool COMMENT 'Begins with a full snapshot: playback can start here',
    Final Bool COMMENT 'Sent as the page went away',
    Events UInt32 COMMENT 'Number of rrweb events',
    Size UInt64 COMMENT 'Bytes of JSON before compression',
    Encoding LowCardinality(String) COMMENT 'gzip or identity',
    Blob String CODEC(ZSTD(1)) COMMENT 'Key in the blob store',
    Offset UInt64 COMMENT 'First byte of the chunk in the blob',
    Length UInt64 COMMENT 'Stored bytes',
    Crc32 UInt32 COMMENT 'CRC-32 of the stored bytes',
    ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    UserId String CODEC(ZSTD(1)) COMMENT 'Attribute user.id of the chunk''s record, empty when absent',
    SentAt DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Observed time: the browser''s clock as it sent the chunk',
    ReceivedAt DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Our clock as the chunk came in'
)
ENGINE = ReplacingMergeTree(ReceivedAt)
PARTITION BY toYYYYMM(StartTime)
ORDER BY (SessionId, Tab, Seq)
TTL toDateTime(ReceivedAt) + INTERVAL 30 DAY
SETTINGS index_granularity = 512, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1

-- Which worker does what, so that several share the work; a claim that is not renewed lapses. By ClickHouse's clock.
CREATE TABLE IF NOT EXISTS work_claims
(
    Kind LowCardinality(String) COMMENT 'What is done',
    Key String COMMENT 'To what, such as a session; empty for the whole project',
    Worker String COMMENT 'By whom',
    ClaimedAt DateTime64(6) COMMENT 'The earliest claim that has not lapsed holds',
    ExpiresAt DateTime64(3) COMMENT 'When it lapses unless it is renewed',
    Version UInt64 COMMENT 'Microseconds since the epoch of the last change; the highest wins'
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY (Kind, Key, Worker)
TTL toDateTime(ExpiresAt) + INTERVAL 1 DAY
SETTINGS index_granularity = 1024

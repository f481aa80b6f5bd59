-- One row per session, derived from the tables above by recomputing the sessions that changed; never accumulated.
-- Read with FINAL.
CREATE TABLE IF NOT EXISTS sessions
(
    SessionId String CODEC(ZSTD(1)),
    StartTime DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'First record, by the browser''s clock',
    EndTime DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Last record',
    State LowCardinality(String) COMMENT 'live or finished',
    ActiveMs UInt64 COMMENT 'Time with something happening: stretches with gaps of at most 5 s',
    UserId String CODEC(ZSTD(1)),
    UserName String CODEC(ZSTD(1)),
    UserEmail String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    Environment LowCardinality(String),
    Release LowCardinality(String) COMMENT 'service.version of the browser application',
    Browser LowCardinality(String) COMMENT 'Name and major version',
    Os LowCardinality(String),
    Device LowCardinality(String) COMMENT 'desktop, mobile or tablet',
    FirstUrl String CODEC(ZSTD(1)),
    LastUrl String CODEC(ZSTD(1)),
    Urls Array(String) CODEC(ZSTD(1)) COMMENT 'Pages that were visited, each once, at most 200',
    Pages UInt32 COMMENT 'Navigation events',
    Clicks UInt32,
    Errors UInt32 COMMENT 'Exceptions in the browser',
    BackendErrors UInt32 COMMENT 'Exceptions of services in the session''s traces',
    Requests UInt32 COMMENT 'HTTP requests of the browser',
    FailedRequests UInt32 COMMENT 'Of these, with status 400 or above or none at all',
    ConsoleErrors UInt32,
    Traces UInt32,
    Tabs UInt32,
    Chunks UInt32,
    Events UInt32 COMMENT 'rrweb events',
    Gaps UInt32 COMMENT 'Holes in the order of chunks',
    PayloadBytes UInt64 COMMENT 'Stored bytes of the recording',
    HasReplay Bool COMMENT 'There is a full snapshot to start from',
    Activity Array(UInt32) COMMENT 'What happened in each of equal stretches of the session',
    PreviousId String CODEC(ZSTD(1)) COMMENT 'The session this browser had before',
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Resource attributes of the browser',
    LastSeen DateTime64(3) COMMENT 'Our clock when the last record came in',
    FinishAt DateTime64(3) COMMENT 'When the session counts as finished if nothing more comes in, by our clock',
    Version UInt64 COMMENT 'Microseconds since the epoch of the computation; the highest wins',
    IsDeleted UInt8 DEFAULT 0 COMMENT 'A row that moved to another day or was erased',
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Version, IsDeleted)
PARTITION BY toYYYYMM(StartTime)
ORDER BY (toDate(StartTime), SessionId)
TTL toDateTime(LastSeen) + INTERVAL 30 DAY
SETTINGS index_granularity = 1024;

-- Which sessions have news since when: the worker reads what came after the last time it looked.
CREATE TABLE IF NOT EXISTS session_touched
(
    TouchedAt DateTime64(3) DEFAULT now64(3),
    SessionId String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfDay(TouchedAt)
ORDER BY (TouchedAt, SessionId)
TTL toDateTime(TouchedAt) + INTERVAL 3 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_touched_by_events TO session_touched AS
SELECT now64(3) AS TouchedAt, SessionId FROM session_events GROUP BY SessionId;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_touched_by_chunks TO session_touched AS
SELECT now64(3) AS TouchedAt, SessionId FROM replay_chunks GROUP BY SessionId;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_touched_by_traces TO session_touched AS
SELECT now64(3) AS TouchedAt, SessionId FROM session_traces GROUP BY SessionId;

-- Traces with a backend exception: one may come in long after the browser's own span, and names no session itself.
CREATE TABLE IF NOT EXISTS trace_touched
(
    TouchedAt DateTime64(3) DEFAULT now64(3),
    TraceId String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfDay(TouchedAt)
ORDER BY (TouchedAt, TraceId)
TTL toDateTime(TouchedAt) + INTERVAL 3 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_touched_by_exceptions TO trace_touched AS
SELECT now64(3) AS TouchedAt, TraceId FROM trace_exceptions GROUP BY TraceId

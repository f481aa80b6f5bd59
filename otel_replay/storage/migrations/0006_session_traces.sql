-- The join between sessions and traces, kept in both directions: backend spans without a session id belong to a
-- session through their trace.
CREATE TABLE IF NOT EXISTS session_traces
(
    SessionId String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime64(9)) COMMENT 'First span or log of the session in this trace',
    End SimpleAggregateFunction(max, DateTime64(9)) COMMENT 'Last one'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Start)
ORDER BY (SessionId, TraceId)
TTL toDateTime(Start) + INTERVAL 30 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS trace_sessions
(
    TraceId String CODEC(ZSTD(1)),
    SessionId String CODEC(ZSTD(1)),
    Tab SimpleAggregateFunction(max, String) COMMENT 'Tab that began the trace, empty when unknown',
    Start SimpleAggregateFunction(min, DateTime64(9)),
    End SimpleAggregateFunction(max, DateTime64(9))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Start)
ORDER BY (TraceId, SessionId)
TTL toDateTime(Start) + INTERVAL 30 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_traces_from_spans TO session_traces AS
SELECT SessionId, TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
FROM otel_traces WHERE SessionId != '' AND TraceId != '' GROUP BY SessionId, TraceId;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_traces_from_logs TO session_traces AS
SELECT SessionId, TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
FROM otel_logs WHERE SessionId != '' AND TraceId != '' GROUP BY SessionId, TraceId;

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_sessions_from_spans TO trace_sessions AS
SELECT TraceId, SessionId, max(SpanAttributes['session.replay.tab']) AS Tab, min(Timestamp) AS Start, max(Timestamp) AS End
FROM otel_traces WHERE SessionId != '' AND TraceId != '' GROUP BY TraceId, SessionId;

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_sessions_from_logs TO trace_sessions AS
SELECT TraceId, SessionId, max(LogAttributes['session.replay.tab']) AS Tab, min(Timestamp) AS Start, max(Timestamp) AS End
FROM otel_logs WHERE SessionId != '' AND TraceId != '' GROUP BY TraceId, SessionId

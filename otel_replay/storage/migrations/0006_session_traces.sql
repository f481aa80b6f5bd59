-- The join between sessions and traces, kept in both directions: backend spans without a session id belong to a
-- session through their trace.
CREATE TABLE IF NOT EXISTS session_traces
(
    SessionId String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime64(9)) COMMENT 'First span or log of the session in this trace',
    End SimpleAggregateFunction(max, DateTime64(9)) COMMENT 'Last one',
    ReceivedAt SimpleAggregateFunction(max, DateTime64(3)) DEFAULT now64(3) COMMENT 'Our clock at the last delivery'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Start)
ORDER BY (SessionId, TraceId)
TTL toDateTime(ReceivedAt) + INTERVAL 30 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS trace_sessions
(
    TraceId String CODEC(ZSTD(1)),
    SessionId String CODEC(ZSTD(1)),
    Tab SimpleAggregateFunction(max, String) COMMENT 'Tab that began the trace, empty when unknown',
    Start SimpleAggregateFunction(min, DateTime64(9)),
    End SimpleAggregateFunction(max, DateTime64(9)),
    ReceivedAt SimpleAggregateFunction(max, DateTime) DEFAULT now() COMMENT 'Our clock as the last row came in; retention counts from here'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Start)
ORDER BY (TraceId, SessionId)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

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
FROM otel_logs WHERE SessionId != '' AND TraceId != '' GROUP BY TraceId, SessionId;

-- Exceptions of backend services by trace, so that counting them for a session never reads otel_traces or otel_logs.
-- A program that reports one both as a span event and as a log record sends equal keys.
CREATE TABLE IF NOT EXISTS trace_exceptions
(
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ExceptionId UInt64 COMMENT 'Hash of type and message',
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'By the sender''s clock',
    Name LowCardinality(String) COMMENT 'Name of the span event or log event',
    Type LowCardinality(String),
    Message String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Of the span event or log record, stack trace included',
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (TraceId, SpanId, ExceptionId)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 512, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_exceptions_from_spans TO trace_exceptions AS
SELECT
    TraceId,
    SpanId,
    cityHash64(Type, Message) AS ExceptionId,
    event_time AS Timestamp,
    event_name AS Name,
    event_attributes['exception.type'] AS Type,
    event_attributes['exception.message'] AS Message,
    ServiceName,
    event_attributes AS Attributes,
    ResourceAttributes
FROM otel_traces
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE TraceId != '' AND event_name = 'exception'
    AND NOT (ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '');

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_exceptions_from_logs TO trace_exceptions AS
WITH if(EventName != '', EventName, LogAttributes['event.name']) AS event_name
SELECT
    TraceId,
    SpanId,
    cityHash64(Type, Message) AS ExceptionId,
    Timestamp,
    event_name AS Name,
    LogAttributes['exception.type'] AS Type,
    LogAttributes['exception.message'] AS Message,
    ServiceName,
    LogAttributes AS Attributes,
    ResourceAttributes
FROM otel_logs
WHERE TraceId != '' AND (event_name = 'exception' OR event_name LIKE '%.exception')
    AND NOT (ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '')

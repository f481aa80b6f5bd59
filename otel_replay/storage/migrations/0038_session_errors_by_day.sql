-- Errors are asked for by their time: by day first, and what is one error has one key, so that those of a day are found and made one
-- without reading all there are. The table is filled anew from session_events, as a key cannot be changed.
DROP TABLE IF EXISTS session_errors_from_events;

DROP TABLE IF EXISTS session_errors SYNC;

CREATE TABLE IF NOT EXISTS session_errors
(
    SessionId String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    Timestamp DateTime64(9) COMMENT 'By the sender''s clock' CODEC(Delta(8), ZSTD(1)),
    EventId UInt64 COMMENT 'As in session_events',
    Source LowCardinality(String) COMMENT 'browser or backend',
    Title String COMMENT 'One line for people' CODEC(ZSTD(1)),
    Tab LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    Url String COMMENT 'Page that it happened on' CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) COMMENT 'Resource attribute service.name',
    Release LowCardinality(String) COMMENT 'Resource attribute service.version',
    TraceId String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    SpanId String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    UserId String COMMENT 'user.id' CODEC(ZSTD(1)),
    Type String COMMENT 'exception.type' CODEC(ZSTD(1)),
    Message String COMMENT 'exception.message' CODEC(ZSTD(1)),
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the log record or span event' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'What sent it' CODEC(ZSTD(1)),
    ObservedTimestamp DateTime64(3) COMMENT 'As in session_events' CODEC(Delta(8), ZSTD(1)),
    ReceivedAt DateTime64(3) COMMENT 'Our clock as the row was stored, of the last delivery' CODEC(Delta(8), ZSTD(1)),
    Told UInt8 MATERIALIZED (Tab != '') + (Url != '') + (UserId != '') + (Type != '') + (Message != '') + (Attributes['exception.stacktrace'] != '') COMMENT 'How much the report tells: of a span event and a log record of one error, that which tells more stays',
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Told)
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (toDate(Timestamp), SessionId, TraceId, SpanId, if(TraceId = '', EventId, cityHash64(Title)))
TTL toDateTime(ReceivedAt) + INTERVAL 30 DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_errors_from_events TO session_errors AS
SELECT
    SessionId, Timestamp, EventId, Source, Title, Tab, Url, ServiceName, ResourceAttributes['service.version'] AS Release, TraceId, SpanId, UserId,
    if(Attributes['exception.type'] != '', Attributes['exception.type'], Attributes['error.object']) AS Type,
    multiIf(Attributes['exception.message'] != '', Attributes['exception.message'], Attributes['message'] != '', Attributes['message'], Attributes['error.message']) AS Message,
    Attributes, ResourceAttributes, ObservedTimestamp, ReceivedAt
FROM session_events
WHERE Kind = 'error' OR (Kind = 'backend_error' AND TraceId = '');

INSERT INTO session_errors
SELECT
    SessionId, Timestamp, EventId, Source, Title, Tab, Url, ServiceName, ResourceAttributes['service.version'] AS Release, TraceId, SpanId, UserId,
    if(Attributes['exception.type'] != '', Attributes['exception.type'], Attributes['error.object']) AS Type,
    multiIf(Attributes['exception.message'] != '', Attributes['exception.message'], Attributes['message'] != '', Attributes['message'], Attributes['error.message']) AS Message,
    Attributes, ResourceAttributes, ObservedTimestamp, ReceivedAt
FROM session_events
WHERE Kind = 'error' OR (Kind = 'backend_error' AND TraceId = '')
SETTINGS max_partitions_per_insert_block = 0;

CREATE OR REPLACE VIEW exceptions
(
    SessionId String COMMENT 'Session that it belongs to by itself or through its trace; empty for a trace of no session',
    Timestamp DateTime64(9) COMMENT 'When it happened, by the clock of its sender: a browser''s may be wrong, see sessions.ClockErrors',
    Source LowCardinality(String) COMMENT 'browser or backend',
    ServiceName LowCardinality(String) COMMENT 'Resource attribute service.name',
    Release LowCardinality(String) COMMENT 'Resource attribute service.version',
    Type String COMMENT 'exception.type',
    Message String COMMENT 'exception.message',
    Stacktrace String COMMENT 'exception.stacktrace',
    Url String COMMENT 'Page that it happened on; empty in the backend',
    Path String COMMENT 'Path of that page, without its query',
    Tab String COMMENT 'Tab in which it happened, empty when unknown',
    TraceId String COMMENT 'Lower-case hex, empty when absent',
    SpanId String COMMENT 'Lower-case hex, empty when absent',
    UserId String COMMENT 'user.id, where the report has it',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the span event or log record',
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'What sent it'
)
AS
-- Without a trace nothing says that a span event and a log record are the same exception: the key of session_errors knows. Those of the
-- backend within a trace are in trace_exceptions, with those of services that know of no session.
SELECT
    SessionId, Timestamp, Source, ServiceName, Release, Type, Message, Attributes['exception.stacktrace'] AS Stacktrace, Url, path(Url) AS Path, Tab,
    TraceId, SpanId, UserId, Attributes, ResourceAttributes
FROM session_errors FINAL
UNION ALL
SELECT
    pairs.SessionId AS SessionId, found.Timestamp AS Timestamp, 'backend' AS Source, found.ServiceName AS ServiceName,
    found.ResourceAttributes['service.version'] AS Release, found.Type AS Type, found.Message AS Message,
    found.Attributes['exception.stacktrace'] AS Stacktrace, '' AS Url, '' AS Path, '' AS Tab, found.TraceId AS TraceId, found.SpanId AS SpanId,
    found.Attributes['user.id'] AS UserId, found.Attributes AS Attributes, found.ResourceAttributes AS ResourceAttributes
FROM (SELECT * FROM trace_exceptions FINAL) AS found
LEFT JOIN (SELECT SessionId, TraceId FROM session_traces FINAL) AS pairs ON found.TraceId = pairs.TraceId

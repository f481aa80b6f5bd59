-- Errors are few among the events of sessions, and events lie in the order of sessions: a list of errors would read them all.
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
    ReceivedAt DateTime64(3) COMMENT 'Our clock as the row was stored, of the last delivery' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(ReceivedAt)
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (SessionId, Timestamp, EventId)
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
    Timestamp DateTime64(9) COMMENT 'When it was first reported, by the clock of its sender: a browser''s may be wrong, see sessions.ClockErrors',
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
-- Without a trace nothing says that a span event and a log record are the same exception. Those of the backend within a trace
-- are in trace_exceptions, with those of services that know of no session. The group makes one of rows that came twice.
SELECT
    e.SessionId AS SessionId,
    min(e.Timestamp) AS Timestamp,
    any(e.Source) AS Source,
    any(e.ServiceName) AS ServiceName,
    any(e.Release) AS Release,
    max(e.Type) AS Type,
    max(e.Message) AS Message,
    max(e.Attributes['exception.stacktrace']) AS Stacktrace,
    max(e.Url) AS Url,
    path(max(e.Url)) AS Path,
    max(e.Tab) AS Tab,
    e.TraceId AS TraceId,
    e.SpanId AS SpanId,
    max(e.UserId) AS UserId,
    any(e.Attributes) AS Attributes,
    any(e.ResourceAttributes) AS ResourceAttributes
FROM session_errors AS e
GROUP BY e.SessionId, e.TraceId, e.SpanId, e.Title, if(e.TraceId = '', e.EventId, 0)
UNION ALL
SELECT
    pairs.SessionId AS SessionId, found.Timestamp AS Timestamp, 'backend' AS Source, found.ServiceName AS ServiceName,
    found.ResourceAttributes['service.version'] AS Release, found.Type AS Type, found.Message AS Message,
    found.Attributes['exception.stacktrace'] AS Stacktrace, '' AS Url, '' AS Path, '' AS Tab, found.TraceId AS TraceId, found.SpanId AS SpanId,
    found.Attributes['user.id'] AS UserId, found.Attributes AS Attributes, found.ResourceAttributes AS ResourceAttributes
FROM (SELECT * FROM trace_exceptions FINAL) AS found
LEFT JOIN (SELECT DISTINCT SessionId, TraceId FROM session_traces WHERE TraceId IN (SELECT TraceId FROM trace_exceptions)) AS pairs ON found.TraceId = pairs.TraceId

-- Light rows of everything that happened in a session, so that opening one reads by primary key.
-- Redelivered rows have the same key and merge away; read with FINAL.
CREATE TABLE IF NOT EXISTS session_events
(
    SessionId String CODEC(ZSTD(1)),
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'By the sender''s clock',
    EventId UInt64 COMMENT 'Hash of what the sender sent; equal for a redelivery',
    Kind LowCardinality(String) COMMENT 'navigation, click, console, error, request, backend_error, log, session, dropped, vital or custom',
    Source LowCardinality(String) COMMENT 'browser or backend',
    Name LowCardinality(String) COMMENT 'Event name, or span name',
    Title String CODEC(ZSTD(1)) COMMENT 'One line for people',
    Severity LowCardinality(String) COMMENT 'TRACE, DEBUG, INFO, WARN, ERROR, FATAL or empty',
    Status UInt16 COMMENT 'HTTP status of a request; 0 where there is none',
    Duration UInt64 COMMENT 'Nanoseconds, of a request',
    Tab LowCardinality(String),
    Url String CODEC(ZSTD(1)) COMMENT 'Page the event happened on; for a request, the URL requested',
    ServiceName LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    UserId String CODEC(ZSTD(1)),
    UserName String CODEC(ZSTD(1)),
    UserEmail String CODEC(ZSTD(1)),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ReceivedAt DateTime64(3) DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Our clock as the row was stored, of the last delivery',
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ReceivedAt)
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (SessionId, Timestamp, EventId)
TTL toDateTime(ReceivedAt) + INTERVAL 30 DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_events_from_logs TO session_events AS
WITH
    if(EventName != '', EventName, LogAttributes['event.name']) AS name,
    if(ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '', 'browser', 'backend') AS source,
    multiIf(
        name = 'exception' OR name LIKE '%.exception', if(source = 'browser', 'error', 'backend_error'),
        name = 'browser.navigation', 'navigation',
        name = 'browser.user_action.click', 'click',
        name = 'browser.console', 'console',
        name = 'browser.web_vital', 'vital',
        name IN ('session.start', 'session.end', 'session.identify'), 'session',
        name = 'session.replay.dropped', 'dropped',
        name != '' AND source = 'browser', 'custom',
        'log') AS kind
SELECT
    SessionId,
    Timestamp,
    cityHash64(name, Body, TraceId, SpanId, mapKeys(LogAttributes), mapValues(LogAttributes)) AS EventId,
    kind AS Kind,
    source AS Source,
    name AS Name,
    multiIf(
        kind IN ('error', 'backend_error'), if(LogAttributes['exception.message'] = '', LogAttributes['exception.type'], concat(LogAttributes['exception.type'], ': ', LogAttributes['exception.message'])),
        kind = 'navigation', LogAttributes['url.full'],
        kind = 'click', if(LogAttributes['browser.element.text'] = '', LogAttributes['browser.css_selector'], LogAttributes['browser.element.text']),
        kind IN ('console', 'log'), Body,
        kind = 'vital', concat(LogAttributes['browser.web_vital.name'], ' ', LogAttributes['browser.web_vital.value']),
        kind = 'dropped', LogAttributes['session.replay.dropped.reason'],
        name) AS Title,
    multiIf(SeverityNumber = 0, '', SeverityNumber <= 4, 'TRACE', SeverityNumber <= 8, 'DEBUG', SeverityNumber <= 12, 'INFO', SeverityNumber <= 16, 'WARN', SeverityNumber <= 20, 'ERROR', 'FATAL') AS Severity,
    0 AS Status,
    0 AS Duration,
    LogAttributes['session.replay.tab'] AS Tab,
    LogAttributes['url.full'] AS Url,
    ServiceName,
    TraceId,
    SpanId,
    LogAttributes['user.id'] AS UserId,
    if(LogAttributes['user.full_name'] = '', LogAttributes['user.name'], LogAttributes['user.full_name']) AS UserName,
    LogAttributes['user.email'] AS UserEmail,
    LogAttributes AS Attributes,
    ResourceAttributes
FROM otel_logs
WHERE SessionId != '' AND ScopeName != 'rum.rr-web' AND EventName != 'session.replay.chunk';

CREATE MATERIALIZED VIEW IF NOT EXISTS session_events_from_requests TO session_events AS
SELECT
    SessionId,
    Timestamp,
    cityHash64(TraceId, SpanId) AS EventId,
    'request' AS Kind,
    'browser' AS Source,
    SpanName AS Name,
    concat(SpanAttributes['http.request.method'], ' ', if(path(SpanAttributes['url.full']) = '', SpanAttributes['url.full'], path(SpanAttributes['url.full']))) AS Title,
    if(StatusCode = 'Error', 'ERROR', 'INFO') AS Severity,
    toUInt16OrZero(SpanAttributes['http.response.status_code']) AS Status,
    Duration,
    SpanAttributes['session.replay.tab'] AS Tab,
    SpanAttributes['url.full'] AS Url,
    ServiceName,
    TraceId,
    SpanId,
    SpanAttributes['user.id'] AS UserId,
    if(SpanAttributes['user.full_name'] = '', SpanAttributes['user.name'], SpanAttributes['user.full_name']) AS UserName,
    SpanAttributes['user.email'] AS UserEmail,
    SpanAttributes AS Attributes,
    ResourceAttributes
FROM otel_traces
WHERE SessionId != '' AND SpanKind = 'Client' AND SpanAttributes['http.request.method'] != ''
    AND (ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '');

CREATE MATERIALIZED VIEW IF NOT EXISTS session_events_from_span_exceptions TO session_events AS
WITH if(ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '', 'browser', 'backend') AS source
SELECT
    SessionId,
    event_time AS Timestamp,
    cityHash64(TraceId, SpanId, event_name, mapValues(event_attributes)) AS EventId,
    if(source = 'browser', 'error', 'backend_error') AS Kind,
    source AS Source,
    event_name AS Name,
    if(event_attributes['exception.message'] = '', event_attributes['exception.type'], concat(event_attributes['exception.type'], ': ', event_attributes['exception.message'])) AS Title,
    'ERROR' AS Severity,
    0 AS Status,
    0 AS Duration,
    SpanAttributes['session.replay.tab'] AS Tab,
    SpanAttributes['url.full'] AS Url,
    ServiceName,
    TraceId,
    SpanId,
    SpanAttributes['user.id'] AS UserId,
    if(SpanAttributes['user.full_name'] = '', SpanAttributes['user.name'], SpanAttributes['user.full_name']) AS UserName,
    SpanAttributes['user.email'] AS UserEmail,
    event_attributes AS Attributes,
    ResourceAttributes
FROM otel_traces
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE SessionId != '' AND event_name = 'exception'

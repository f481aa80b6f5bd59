-- The error of browsers' clocks: what it is estimated from, and the estimates.
ALTER TABLE session_events ADD COLUMN IF NOT EXISTS ObservedTimestamp DateTime64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Of a log record, when the sender''s pipeline saw it, by the sender''s clock; 1970-01-01 for everything else' AFTER ResourceAttributes;

ALTER TABLE session_events_from_logs MODIFY QUERY
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
    ResourceAttributes,
    ObservedTimestamp
FROM otel_logs
WHERE SessionId != '' AND ScopeName != 'rum.rr-web' AND EventName != 'session.replay.chunk';

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS ClockErrorMs Int64 CODEC(ZSTD(1)) COMMENT 'How far the browser''s clock was ahead of ours, negative for behind; 0 when it was right or nothing tells' AFTER LastSeen;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS ClockErrors Map(LowCardinality(String), Int64) CODEC(ZSTD(1)) COMMENT 'The same by tab, of tabs with an error; a record of the browser that names no tab goes by the key ''''' AFTER ClockErrorMs;

ALTER TABLE sessions COMMENT COLUMN StartTime 'First record, by our clock: the browser''s with its error taken out';

ALTER TABLE sessions COMMENT COLUMN EndTime 'Last record, likewise'

-- What an insert costs beyond its rows. Most rows name no session and tell of no exception, so what is derived from the
-- others hangs on a table that only those reach: ClickHouse plans a view as its first row comes in.
CREATE TABLE IF NOT EXISTS session_logs
(
    SessionId String,
    Timestamp DateTime64(9),
    ObservedTimestamp DateTime64(9),
    TraceId String,
    SpanId String,
    SeverityNumber UInt8,
    ServiceName LowCardinality(String),
    Body String,
    ScopeName String,
    EventName String,
    LogAttributes Map(LowCardinality(String), String),
    ResourceAttributes Map(LowCardinality(String), String)
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS session_spans
(
    SessionId String,
    Timestamp DateTime64(9),
    TraceId String,
    SpanId String,
    ParentSpanId String,
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    ScopeName String,
    Duration UInt64,
    StatusCode LowCardinality(String),
    SpanAttributes Map(LowCardinality(String), String),
    ResourceAttributes Map(LowCardinality(String), String),
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_logs_mv TO session_logs AS
SELECT SessionId, Timestamp, ObservedTimestamp, TraceId, SpanId, SeverityNumber, ServiceName, Body, ScopeName, EventName, LogAttributes, ResourceAttributes
FROM otel_logs
WHERE SessionId != '' OR endsWith(EventName, 'exception') OR endsWith(LogAttributes['event.name'], 'exception');

CREATE MATERIALIZED VIEW IF NOT EXISTS session_spans_mv TO session_spans AS
SELECT SessionId, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, Duration, StatusCode, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name, Events.Attributes
FROM otel_traces
WHERE SessionId != '' OR has(Events.Name, 'exception');

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
FROM session_logs
WHERE SessionId != '' AND ScopeName != 'rum.rr-web' AND EventName != 'session.replay.chunk';

ALTER TABLE session_events_from_requests MODIFY QUERY
WITH
    if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']) AS method,
    if(SpanAttributes['url.full'] != '', SpanAttributes['url.full'], SpanAttributes['http.url']) AS url,
    if(SpanAttributes['http.response.status_code'] != '', SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code']) AS status
SELECT
    SessionId,
    Timestamp,
    cityHash64(TraceId, SpanId) AS EventId,
    'request' AS Kind,
    'browser' AS Source,
    SpanName AS Name,
    concat(method, ' ', if(path(url) = '', url, path(url))) AS Title,
    if(StatusCode = 'Error', 'ERROR', 'INFO') AS Severity,
    toUInt16OrZero(status) AS Status,
    Duration,
    multiIf(SpanAttributes['session.replay.tab'] != '', SpanAttributes['session.replay.tab'], ResourceAttributes['rum.scriptInstance'] != '', ResourceAttributes['rum.scriptInstance'], ResourceAttributes['splunk.scriptInstance']) AS Tab,
    url AS Url,
    ServiceName,
    TraceId,
    SpanId,
    multiIf(SpanAttributes['user.id'] != '', SpanAttributes['user.id'], SpanAttributes['userId'] != '', SpanAttributes['userId'], SpanAttributes['enduser.id']) AS UserId,
    multiIf(SpanAttributes['user.full_name'] != '', SpanAttributes['user.full_name'], SpanAttributes['user.name'] != '', SpanAttributes['user.name'], SpanAttributes['userName']) AS UserName,
    if(SpanAttributes['user.email'] != '', SpanAttributes['user.email'], SpanAttributes['userEmail']) AS UserEmail,
    SpanAttributes AS Attributes,
    ResourceAttributes
FROM session_spans
WHERE SessionId != '' AND SpanKind = 'Client' AND method != '' AND (ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '');

ALTER TABLE session_events_from_span_exceptions MODIFY QUERY
WITH if((ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != ''), 'browser', 'backend') AS source
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
    multiIf(SpanAttributes['session.replay.tab'] != '', SpanAttributes['session.replay.tab'], ResourceAttributes['rum.scriptInstance'] != '', ResourceAttributes['rum.scriptInstance'], ResourceAttributes['splunk.scriptInstance']) AS Tab,
    if(SpanAttributes['url.full'] != '', SpanAttributes['url.full'], SpanAttributes['location.href']) AS Url,
    ServiceName,
    TraceId,
    SpanId,
    multiIf(SpanAttributes['user.id'] != '', SpanAttributes['user.id'], SpanAttributes['userId'] != '', SpanAttributes['userId'], SpanAttributes['enduser.id']) AS UserId,
    multiIf(SpanAttributes['user.full_name'] != '', SpanAttributes['user.full_name'], SpanAttributes['user.name'] != '', SpanAttributes['user.name'], SpanAttributes['userName']) AS UserName,
    if(SpanAttributes['user.email'] != '', SpanAttributes['user.email'], SpanAttributes['userEmail']) AS UserEmail,
    event_attributes AS Attributes,
    ResourceAttributes
FROM session_spans
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE SessionId != '' AND event_name = 'exception';

ALTER TABLE session_traces_from_spans MODIFY QUERY
SELECT SessionId, TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
FROM session_spans WHERE SessionId != '' AND TraceId != '' GROUP BY SessionId, TraceId;

ALTER TABLE session_traces_from_logs MODIFY QUERY
SELECT SessionId, TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
FROM session_logs WHERE SessionId != '' AND TraceId != '' GROUP BY SessionId, TraceId;

ALTER TABLE trace_sessions_from_spans MODIFY QUERY
SELECT TraceId, SessionId, max(SpanAttributes['session.replay.tab']) AS Tab, min(Timestamp) AS Start, max(Timestamp) AS End
FROM session_spans WHERE SessionId != '' AND TraceId != '' GROUP BY TraceId, SessionId;

ALTER TABLE trace_sessions_from_logs MODIFY QUERY
SELECT TraceId, SessionId, max(LogAttributes['session.replay.tab']) AS Tab, min(Timestamp) AS Start, max(Timestamp) AS End
FROM session_logs WHERE SessionId != '' AND TraceId != '' GROUP BY TraceId, SessionId;

ALTER TABLE trace_exceptions_from_spans MODIFY QUERY
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
FROM session_spans
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE TraceId != '' AND event_name = 'exception'
    AND NOT (ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '');

ALTER TABLE trace_exceptions_from_logs MODIFY QUERY
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
FROM session_logs
WHERE TraceId != '' AND (event_name = 'exception' OR event_name LIKE '%.exception')
    AND NOT (ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '');

ALTER TABLE session_events_from_rum MODIFY QUERY
WITH
    if(ResourceAttributes['rum.scriptInstance'] != '', ResourceAttributes['rum.scriptInstance'], ResourceAttributes['splunk.scriptInstance']) AS tab,
    SpanAttributes['component'] AS component,
    arrayFirst(vital -> mapContains(SpanAttributes, vital), ['lcp', 'fcp', 'inp', 'cls', 'ttfb', 'fid']) AS vital,
    if(SpanAttributes['message'] != '', SpanAttributes['message'], SpanAttributes['error.message']) AS message,
    multiIf(
        component = 'console' OR (component = 'error' AND SpanName = 'console.error'), 'console',
        component = 'error', 'error',
        component = 'user-interaction' AND SpanName = 'click', 'click',
        SpanName IN ('routeChange', 'documentLoad'), 'navigation',
        SpanName = 'webvitals', 'vital',
        '') AS kind
SELECT
    SessionId,
    Timestamp,
    cityHash64(TraceId, SpanId) AS EventId,
    kind AS Kind,
    'browser' AS Source,
    SpanName AS Name,
    multiIf(
        kind = 'console', message,
        kind = 'error', if(SpanAttributes['error.object'] = '', message, concat(SpanAttributes['error.object'], ': ', message)),
        kind = 'click', SpanAttributes['target_xpath'],
        kind = 'vital', concat(upper(vital), ' ', SpanAttributes[vital]),
        SpanAttributes['location.href']) AS Title,
    multiIf(
        component = 'error' OR SpanAttributes['level'] = 'error', 'ERROR',
        SpanAttributes['level'] = 'warn', 'WARN',
        SpanAttributes['level'] = 'debug', 'DEBUG',
        kind = 'console', 'INFO',
        '') AS Severity,
    0 AS Status,
    0 AS Duration,
    tab AS Tab,
    SpanAttributes['location.href'] AS Url,
    ServiceName,
    TraceId,
    SpanId,
    multiIf(SpanAttributes['user.id'] != '', SpanAttributes['user.id'], SpanAttributes['userId'] != '', SpanAttributes['userId'], SpanAttributes['enduser.id']) AS UserId,
    multiIf(SpanAttributes['user.full_name'] != '', SpanAttributes['user.full_name'], SpanAttributes['user.name'] != '', SpanAttributes['user.name'], SpanAttributes['userName']) AS UserName,
    if(SpanAttributes['user.email'] != '', SpanAttributes['user.email'], SpanAttributes['userEmail']) AS UserEmail,
    SpanAttributes AS Attributes,
    ResourceAttributes
FROM session_spans
WHERE SessionId != '' AND tab != '' AND kind != ''
    AND NOT (kind = 'click' AND ParentSpanId != '') AND NOT (kind = 'error' AND has(Events.Name, 'exception'));

-- A part as small as an insert makes it is one file for all columns, not two for each: each file is synced by itself.
ALTER TABLE otel_logs MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE otel_traces MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE otel_metrics_gauge MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE otel_metrics_sum MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE otel_metrics_summary MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE otel_metrics_histogram MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE otel_metrics_exponential_histogram MODIFY SETTING min_bytes_for_wide_part = 134217728

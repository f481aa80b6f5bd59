-- The name session_spans goes to a view for people who write SQL. What it was before, a table that passes spans on to the views that
-- fill the session's tables, is now passed_spans. Both exist while views move, one at a time, so a receiver at work loses nothing.
CREATE TABLE IF NOT EXISTS passed_spans
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

CREATE MATERIALIZED VIEW IF NOT EXISTS passed_spans_mv TO passed_spans AS
SELECT SessionId, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, Duration, StatusCode, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name, Events.Attributes
FROM otel_traces
WHERE SessionId != '' OR has(Events.Name, 'exception');

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
FROM passed_spans
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
FROM passed_spans
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE SessionId != '' AND event_name = 'exception';

ALTER TABLE session_traces_from_spans MODIFY QUERY
SELECT SessionId, TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
FROM passed_spans WHERE SessionId != '' AND TraceId != '' GROUP BY SessionId, TraceId;

ALTER TABLE trace_sessions_from_spans MODIFY QUERY
SELECT TraceId, SessionId, max(SpanAttributes['session.replay.tab']) AS Tab, min(Timestamp) AS Start, max(Timestamp) AS End
FROM passed_spans WHERE SessionId != '' AND TraceId != '' GROUP BY TraceId, SessionId;

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
FROM passed_spans
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE TraceId != '' AND event_name = 'exception'
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
FROM passed_spans
WHERE SessionId != '' AND tab != '' AND kind != ''
    AND NOT (kind = 'click' AND ParentSpanId != '') AND NOT (kind = 'error' AND has(Events.Name, 'exception'))

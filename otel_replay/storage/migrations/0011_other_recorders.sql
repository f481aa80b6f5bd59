-- Recorders that number single events: one row covers a run of them, or a piece of an event whose rest came in another request.
-- The key tells runs of different length apart, so a redelivery in another grouping replaces nothing that reached further.
ALTER TABLE replay_chunks
    ADD COLUMN IF NOT EXISTS MoreSeqs UInt32 COMMENT 'How many sequence numbers the row covers beyond Seq' AFTER Seq,
    ADD COLUMN IF NOT EXISTS Widths Array(UInt32) CODEC(ZSTD(1)) COMMENT 'Sequence numbers of each event; empty when each has one, or the row has one for all' AFTER MoreSeqs,
    ADD COLUMN IF NOT EXISTS Piece UInt32 COMMENT 'Which piece of an event the row holds, from 1 on; 0 for whole events' AFTER Widths,
    ADD COLUMN IF NOT EXISTS Pieces UInt32 COMMENT 'How many pieces the event has; 0 for whole events' AFTER Piece,
    MODIFY ORDER BY (SessionId, Tab, Seq, MoreSeqs);

-- Splunk names the session its own way, on spans as well as on resources.
ALTER TABLE otel_logs MODIFY COLUMN SessionId DEFAULT extract(multiIf(LogAttributes['session.id'] != '', LogAttributes['session.id'], ResourceAttributes['session.id'] != '', ResourceAttributes['session.id'], ResourceAttributes['rum.sessionId'] != '', ResourceAttributes['rum.sessionId'], ResourceAttributes['splunk.rumSessionId']), '^[0-9A-Za-z_\\-][0-9A-Za-z_.\\-]{0,127}$');

ALTER TABLE otel_traces MODIFY COLUMN SessionId DEFAULT extract(multiIf(SpanAttributes['session.id'] != '', SpanAttributes['session.id'], ResourceAttributes['session.id'] != '', ResourceAttributes['session.id'], ResourceAttributes['rum.sessionId'] != '', ResourceAttributes['rum.sessionId'], SpanAttributes['splunk.rumSessionId'] != '', SpanAttributes['splunk.rumSessionId'], ResourceAttributes['splunk.rumSessionId']), '^[0-9A-Za-z_\\-][0-9A-Za-z_.\\-]{0,127}$');

-- Browser SDKs of before the stable conventions name requests http.method, http.url and http.status_code.
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
FROM otel_traces
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
FROM otel_traces
ARRAY JOIN Events.Timestamp AS event_time, Events.Name AS event_name, Events.Attributes AS event_attributes
WHERE SessionId != '' AND event_name = 'exception';

-- HyperDX' and Splunk's agents report what happens on the page as spans. One click makes a span for each listener, the later ones
-- children of the first; an error that is also an event of its span is in the view above.
CREATE MATERIALIZED VIEW IF NOT EXISTS session_events_from_rum TO session_events AS
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
FROM otel_traces
WHERE SessionId != '' AND tab != '' AND kind != ''
    AND NOT (kind = 'click' AND ParentSpanId != '') AND NOT (kind = 'error' AND has(Events.Name, 'exception'))

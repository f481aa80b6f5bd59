-- What people who write SQL meet first, beside sessions, session_events, session_traces and replay_chunks: plain rows, each once,
-- with no FINAL to think of. Filters on SessionId reach the keys of the tables below. Times are as their senders' clocks had them.
DROP TABLE IF EXISTS session_spans_mv;

DROP TABLE IF EXISTS session_spans;

CREATE OR REPLACE VIEW session_spans
(
    SessionId String COMMENT 'Session whose trace the span belongs to; a trace of two sessions is there for each',
    Timestamp DateTime64(9) COMMENT 'Start of the span, by the clock of its sender: a browser''s may be wrong, see sessions.ClockErrors',
    TraceId String COMMENT 'Lower-case hex',
    SpanId String COMMENT 'Lower-case hex',
    ParentSpanId String COMMENT 'Lower-case hex, empty for a root',
    SpanName LowCardinality(String) COMMENT 'Name of the span',
    SpanKind LowCardinality(String) COMMENT 'Unspecified, Internal, Server, Client, Producer or Consumer',
    ServiceName LowCardinality(String) COMMENT 'Resource attribute service.name',
    Duration UInt64 COMMENT 'Nanoseconds; 0 where the span ended before it began',
    StatusCode LowCardinality(String) COMMENT 'Unset, Ok or Error',
    StatusMessage String COMMENT 'What the sender says about the status',
    ScopeName String COMMENT 'Instrumentation scope',
    SpanAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the span',
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'What sent the span',
    `Events.Timestamp` Array(DateTime64(9)) COMMENT 'Span events: when',
    `Events.Name` Array(LowCardinality(String)) COMMENT 'Span events: what',
    `Events.Attributes` Array(Map(LowCardinality(String), String)) COMMENT 'Span events: their attributes'
)
AS
SELECT
    pairs.SessionId AS SessionId, spans.Timestamp AS Timestamp, spans.TraceId AS TraceId, spans.SpanId AS SpanId,
    spans.ParentSpanId AS ParentSpanId, spans.SpanName AS SpanName, spans.SpanKind AS SpanKind, spans.ServiceName AS ServiceName,
    spans.Duration AS Duration, spans.StatusCode AS StatusCode, spans.StatusMessage AS StatusMessage, spans.ScopeName AS ScopeName,
    spans.SpanAttributes AS SpanAttributes, spans.ResourceAttributes AS ResourceAttributes,
    spans.Events.Timestamp AS `Events.Timestamp`, spans.Events.Name AS `Events.Name`, spans.Events.Attributes AS `Events.Attributes`
FROM otel_traces AS spans
INNER JOIN (SELECT DISTINCT SessionId, TraceId FROM session_traces) AS pairs ON spans.TraceId = pairs.TraceId;

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
-- are in trace_exceptions, with those of services that know of no session.
SELECT
    e.SessionId AS SessionId,
    min(e.Timestamp) AS Timestamp,
    any(e.Source) AS Source,
    any(e.ServiceName) AS ServiceName,
    any(e.ResourceAttributes['service.version']) AS Release,
    max(if(e.Attributes['exception.type'] != '', e.Attributes['exception.type'], e.Attributes['error.object'])) AS Type,
    max(multiIf(e.Attributes['exception.message'] != '', e.Attributes['exception.message'], e.Attributes['message'] != '', e.Attributes['message'], e.Attributes['error.message'])) AS Message,
    max(e.Attributes['exception.stacktrace']) AS Stacktrace,
    max(e.Url) AS Url,
    path(max(e.Url)) AS Path,
    max(e.Tab) AS Tab,
    e.TraceId AS TraceId,
    e.SpanId AS SpanId,
    max(e.UserId) AS UserId,
    any(e.Attributes) AS Attributes,
    any(e.ResourceAttributes) AS ResourceAttributes
FROM session_events AS e FINAL
WHERE e.Kind = 'error' OR (e.Kind = 'backend_error' AND e.TraceId = '')
GROUP BY e.SessionId, e.TraceId, e.SpanId, e.Title, if(e.TraceId = '', e.EventId, 0)
UNION ALL
SELECT
    pairs.SessionId AS SessionId, found.Timestamp AS Timestamp, 'backend' AS Source, found.ServiceName AS ServiceName,
    found.ResourceAttributes['service.version'] AS Release, found.Type AS Type, found.Message AS Message,
    found.Attributes['exception.stacktrace'] AS Stacktrace, '' AS Url, '' AS Path, '' AS Tab, found.TraceId AS TraceId, found.SpanId AS SpanId,
    found.Attributes['user.id'] AS UserId, found.Attributes AS Attributes, found.ResourceAttributes AS ResourceAttributes
FROM (SELECT * FROM trace_exceptions FINAL) AS found
LEFT JOIN (SELECT DISTINCT SessionId, TraceId FROM session_traces) AS pairs ON found.TraceId = pairs.TraceId;

CREATE OR REPLACE VIEW page_views
(
    SessionId String COMMENT 'Session id, as the browser made it',
    Timestamp DateTime64(9) COMMENT 'When the page was gone to, by the browser''s clock: it may be wrong, see sessions.ClockErrors',
    Url String COMMENT 'Address of the page',
    Host String COMMENT 'Host of the address',
    Path String COMMENT 'Path of the address, without its query',
    Title String COMMENT 'Title of the document, where the sender gives it',
    NavigationType LowCardinality(String) COMMENT 'browser.navigation.type: how it was gone to',
    Tab LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    ServiceName LowCardinality(String) COMMENT 'service.name of the browser application',
    Release LowCardinality(String) COMMENT 'service.version of the browser application',
    UserId String COMMENT 'user.id',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the event',
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'What the browser said about itself'
)
AS
SELECT
    SessionId, Timestamp, Url, domain(Url) AS Host, path(Url) AS Path, Attributes['browser.document.title'] AS Title,
    Attributes['browser.navigation.type'] AS NavigationType, Tab, ServiceName,
    ResourceAttributes['service.version'] AS Release, UserId, Attributes, ResourceAttributes
FROM session_events FINAL
WHERE Kind = 'navigation';

CREATE OR REPLACE VIEW clicks
(
    SessionId String COMMENT 'Session id, as the browser made it',
    Timestamp DateTime64(9) COMMENT 'By the browser''s clock: it may be wrong, see sessions.ClockErrors',
    Kind LowCardinality(String) COMMENT 'click, or what clicks are told to be: rage_click (several within 1 s and 30 px), dead_click (nothing came of it); these two come beside their clicks',
    Text String COMMENT 'Text of what was clicked, as far as it may be recorded',
    Selector String COMMENT 'CSS selector of what was clicked',
    Tag LowCardinality(String) COMMENT 'Tag name of what was clicked',
    X Float64 COMMENT 'CSS pixels from the left of the page',
    Y Float64 COMMENT 'CSS pixels from its top',
    Url String COMMENT 'Page that it happened on',
    Path String COMMENT 'Path of that page, without its query',
    Tab LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    ServiceName LowCardinality(String) COMMENT 'service.name of the browser application',
    Release LowCardinality(String) COMMENT 'service.version of the browser application',
    UserId String COMMENT 'user.id',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the event',
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'What the browser said about itself'
)
AS
SELECT
    SessionId, Timestamp, Kind, Attributes['browser.element.text'] AS Text,
    if(Attributes['browser.css_selector'] != '', Attributes['browser.css_selector'], Attributes['target_xpath']) AS Selector,
    Attributes['browser.tag_name'] AS Tag, toFloat64OrZero(Attributes['browser.page.x']) AS X, toFloat64OrZero(Attributes['browser.page.y']) AS Y,
    Url, path(Url) AS Path, Tab, ServiceName, ResourceAttributes['service.version'] AS Release, UserId, Attributes, ResourceAttributes
FROM session_events FINAL
WHERE Kind IN ('click', 'rage_click', 'dead_click');

CREATE OR REPLACE VIEW requests
(
    SessionId String COMMENT 'Session id, as the browser made it',
    Timestamp DateTime64(9) COMMENT 'When the browser sent it, by its clock: it may be wrong, see sessions.ClockErrors',
    Method LowCardinality(String) COMMENT 'HTTP method',
    Url String COMMENT 'Address requested',
    Host String COMMENT 'Host of the address',
    Path String COMMENT 'Path of the address, without its query',
    Status UInt16 COMMENT 'HTTP status; 0 where there was no answer',
    Failed Bool COMMENT 'Status 400 or above, or no answer at all',
    DurationMs Float64 COMMENT 'As the browser saw it',
    TraceId String COMMENT 'Trace that the request began: its spans are in session_spans and otel_traces',
    SpanId String COMMENT 'Span of the request in the browser',
    Tab LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    ServiceName LowCardinality(String) COMMENT 'service.name of the browser application',
    Release LowCardinality(String) COMMENT 'service.version of the browser application',
    UserId String COMMENT 'user.id',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the span',
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'What the browser said about itself'
)
AS
SELECT
    SessionId, Timestamp, if(Attributes['http.request.method'] != '', Attributes['http.request.method'], Attributes['http.method']) AS Method,
    Url, domain(Url) AS Host, path(Url) AS Path, Status, Status >= 400 OR (Status = 0 AND Severity = 'ERROR') AS Failed,
    Duration / 1000000 AS DurationMs, TraceId, SpanId, Tab, ServiceName, ResourceAttributes['service.version'] AS Release, UserId,
    Attributes, ResourceAttributes
FROM session_events FINAL
WHERE Kind = 'request';

-- A vital may be reported again as it gets worse while the page is open: the last report of an id counts.
CREATE OR REPLACE VIEW web_vitals
(
    SessionId String COMMENT 'Session id, as the browser made it',
    Timestamp DateTime64(9) COMMENT 'When it was last reported, by the browser''s clock: it may be wrong, see sessions.ClockErrors',
    Name LowCardinality(String) COMMENT 'LCP, INP, CLS, FCP, TTFB or FID',
    Value Float64 COMMENT 'Milliseconds; of CLS a number without unit',
    Rating LowCardinality(String) COMMENT 'good, needs-improvement or poor, where the sender says so',
    NavigationType LowCardinality(String) COMMENT 'How the page was gone to',
    Url String COMMENT 'Page that was measured',
    Path String COMMENT 'Path of that page, without its query',
    Tab LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    ServiceName LowCardinality(String) COMMENT 'service.name of the browser application',
    Release LowCardinality(String) COMMENT 'service.version of the browser application',
    UserId String COMMENT 'user.id',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the last report, attribution included'
)
AS
SELECT
    SessionId, max(at) AS Timestamp, vital AS Name, argMax(value, at) AS Value, argMax(rating, at) AS Rating, argMax(kind_of_navigation, at) AS NavigationType,
    argMax(page, at) AS Url, path(argMax(page, at)) AS Path, tab AS Tab, argMax(service, at) AS ServiceName, argMax(release, at) AS Release,
    argMax(user, at) AS UserId, argMax(attributes, at) AS Attributes
FROM
(
    SELECT
        SessionId, Timestamp AS at, Tab AS tab, Url AS page, ServiceName AS service, UserId AS user, Attributes AS attributes,
        ResourceAttributes['service.version'] AS release,
        -- Title is the name and the value.
        substring(Title, 1, position(Title, ' ') - 1) AS vital,
        toFloat64OrZero(substring(Title, position(Title, ' ') + 1)) AS value,
        Attributes['browser.web_vital.rating'] AS rating,
        Attributes['browser.web_vital.navigation_type'] AS kind_of_navigation,
        if(Attributes['browser.web_vital.id'] != '', Attributes['browser.web_vital.id'], toString(EventId)) AS id
    FROM session_events FINAL
    WHERE Kind = 'vital'
)
GROUP BY SessionId, tab, vital, id

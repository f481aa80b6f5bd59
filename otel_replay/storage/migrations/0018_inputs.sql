-- What a person did in a tab, read off its rrweb events as the session is compacted: light events tell of clicks only.
-- The key lets facts from more chunks replace those from fewer, so that two workers cannot leave the poorer ones; read with FINAL.
CREATE TABLE IF NOT EXISTS session_inputs
(
    SessionId String CODEC(ZSTD(1)) COMMENT 'Session id, as the browser made it',
    Tab LowCardinality(String) COMMENT 'Recorder instance: one page load in one browser tab',
    Chunks UInt32 COMMENT 'Rows of replay_chunks that it was read from; the highest wins',
    KeyPresses UInt32 COMMENT 'Changes of text in fields that are typed in; of a masked field, only those between empty and filled are known',
    `Clicks.Time` Array(DateTime64(3)) CODEC(Delta(8), ZSTD(1)) COMMENT 'Clicks, at most 10,000: when, by the browser''s clock',
    `Clicks.X` Array(Int32) CODEC(ZSTD(1)) COMMENT 'CSS pixels from the left of the window',
    `Clicks.Y` Array(Int32) CODEC(ZSTD(1)) COMMENT 'CSS pixels from its top',
    `Clicks.Dead` Array(Bool) CODEC(ZSTD(1)) COMMENT 'Nothing came of it',
    `Inputs.Start` Array(DateTime64(3)) CODEC(Delta(8), ZSTD(1)) COMMENT 'Stretches of user inputs, at most 10,000, in order and more than 5 s apart: first input, by the browser''s clock',
    `Inputs.End` Array(DateTime64(3)) CODEC(Delta(8), ZSTD(1)) COMMENT 'Last input of the stretch',
    `Urls.Time` Array(DateTime64(3)) CODEC(Delta(8), ZSTD(1)) COMMENT 'Pages as the recording names them, at most 10,000: since when, by the browser''s clock',
    `Urls.Url` Array(String) CODEC(ZSTD(1)) COMMENT 'Address of the page',
    ReadAt DateTime64(3) DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)) COMMENT 'Our clock as it was read'
)
ENGINE = ReplacingMergeTree(Chunks)
PARTITION BY toYYYYMM(ReadAt)
ORDER BY (SessionId, Tab)
TTL toDateTime(ReadAt) + INTERVAL 30 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS KeyPresses UInt32 DEFAULT 0 COMMENT 'Changes of text in fields that are typed in; known once the recording is compacted' AFTER Clicks;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS RageClicks UInt32 DEFAULT 0 COMMENT 'Bursts of at least 3 clicks within 1 s and 30 px' AFTER KeyPresses;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS DeadClicks UInt32 DEFAULT 0 COMMENT 'Clicks after which nothing happened on the page' AFTER RageClicks;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS EntryPage String DEFAULT '' CODEC(ZSTD(1)) COMMENT 'Page that was open first' AFTER LastUrl;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS ExitPage String DEFAULT '' CODEC(ZSTD(1)) COMMENT 'Page that was open last' AFTER EntryPage;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS `PageTimes.Url` Array(String) CODEC(ZSTD(1)) COMMENT 'Pages by when they were first open, each once, at most 200' AFTER Urls;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS `PageTimes.EnteredAt` Array(DateTime64(3)) CODEC(Delta(8), ZSTD(1)) COMMENT 'When the page was first open, by our clock' AFTER `PageTimes.Url`;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS `PageTimes.Visits` Array(UInt32) CODEC(ZSTD(1)) COMMENT 'How often it was gone to' AFTER `PageTimes.EnteredAt`;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS `PageTimes.Ms` Array(UInt64) CODEC(ZSTD(1)) COMMENT 'Milliseconds for which it was open and its tab not hidden' AFTER `PageTimes.Visits`;

ALTER TABLE sessions COMMENT COLUMN Clicks 'Clicks, of light events or of the recording, whichever has more';

ALTER TABLE sessions COMMENT COLUMN ActiveMs 'Time with user inputs: stretches with gaps of at most 5 s';

ALTER TABLE sessions COMMENT COLUMN FirstUrl 'First URL that anything happened on';

ALTER TABLE sessions COMMENT COLUMN LastUrl 'Last URL that anything happened on';

ALTER TABLE session_events COMMENT COLUMN Kind 'navigation, click, rage_click, dead_click, console, error, request, backend_error, log, session, dropped, vital or custom';

ALTER TABLE session_events_from_logs MODIFY QUERY
WITH
    if(EventName != '', EventName, LogAttributes['event.name']) AS name,
    if(ScopeName IN ('otel_replay.browser', 'otel_replay.recorder') OR ResourceAttributes['telemetry.sdk.language'] = 'webjs' OR ResourceAttributes['browser.language'] != '', 'browser', 'backend') AS source,
    multiIf(
        name = 'exception' OR name LIKE '%.exception', if(source = 'browser', 'error', 'backend_error'),
        name = 'browser.navigation', 'navigation',
        name = 'browser.user_action.click', 'click',
        name = 'browser.user_action.rage_click', 'rage_click',
        name = 'browser.user_action.dead_click', 'dead_click',
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
        kind IN ('click', 'rage_click', 'dead_click'), if(LogAttributes['browser.element.text'] = '', LogAttributes['browser.css_selector'], LogAttributes['browser.element.text']),
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
WHERE SessionId != '' AND ScopeName != 'rum.rr-web' AND EventName != 'session.replay.chunk'

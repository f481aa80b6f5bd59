-- The template's logs for the visitors: ids, people, pages, figures, releases and times differ.
INSERT INTO otel_logs (Timestamp, ObservedTimestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, ScopeName, ScopeVersion, LogAttributes, EventName)
WITH fromUnixTimestamp64Nano((v.start_ms + t.At) * 1000000 + cityHash64(v.n, t.Timestamp) % 1000000) AS time
SELECT
    time,
    time,
    if(t.TraceId = '', '', lower(hex(sipHash128(t.TraceId, v.n)))),
    if(t.SpanId = '', '', lower(hex(sipHash64(t.SpanId, v.n)))),
    t.TraceFlags, t.SeverityText, t.SeverityNumber, t.ServiceName, t.Body,
    if(t.SessionId = '', t.ResourceAttributes, mapUpdate(t.ResourceAttributes, map('service.version', v.release))),
    t.ScopeName, t.ScopeVersion,
    mapApply((key, value) -> (key, multiIf(
        key = 'session.id', v.session,
        key = 'session.replay.tab', lower(hex(sipHash64(value, v.n))),
        key = 'log.record.uid', lower(hex(sipHash128(value, v.n))),
        key = 'user.id', concat('u-', v.person),
        key = 'user.name', concat('Person ', v.person),
        key = 'user.email', concat('person', v.person, '@shop.example'),
        key = 'browser.web_vital.value', toString(toFloat64OrZero(value) * (cityHash64(v.n, t.At) % 200) / 100),
        key = 'browser.web_vital.id', concat(value, '-', toString(v.n)),
        replaceOne(value, '{item}', v.item))), t.LogAttributes),
    t.EventName
FROM (/* visitors */) AS v
INNER JOIN template.logs AS t ON v.Visit = t.Visit

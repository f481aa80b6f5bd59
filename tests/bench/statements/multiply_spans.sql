-- The template's spans, likewise; durations differ as well.
INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage, Events.Timestamp, Events.Name, Events.Attributes)
WITH fromUnixTimestamp64Nano((v.start_ms + t.At) * 1000000 + cityHash64(v.n, t.Timestamp) % 1000000) AS time
SELECT
    time,
    lower(hex(sipHash128(t.TraceId, v.n))),
    lower(hex(sipHash64(t.SpanId, v.n))),
    if(t.ParentSpanId = '', '', lower(hex(sipHash64(t.ParentSpanId, v.n)))),
    t.TraceState, t.SpanName, t.SpanKind, t.ServiceName,
    if(t.SessionId = '', t.ResourceAttributes, mapUpdate(t.ResourceAttributes, map('service.version', v.release))),
    t.ScopeName, t.ScopeVersion,
    mapApply((key, value) -> (key, multiIf(
        key = 'session.id', v.session,
        key = 'session.replay.tab', lower(hex(sipHash64(value, v.n))),
        key = 'user.id', concat('u-', v.person),
        key = 'client.port', toString(cityHash64(t.SpanId, v.n) % 60000),
        replaceOne(value, '{item}', v.item))), t.SpanAttributes),
    toUInt64(t.Duration * (0.5 + cityHash64(v.n, t.SpanId) % 1000 / 500)),
    t.StatusCode, t.StatusMessage,
    arrayMap(_ -> time, t.Events.Timestamp), t.Events.Name, t.Events.Attributes
FROM (/* visitors */) AS v
INNER JOIN template.spans AS t ON v.Visit = t.Visit

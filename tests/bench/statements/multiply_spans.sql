-- The template's spans, likewise; durations differ as well.
INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, SpanAttributes, Duration, StatusCode, Events.Timestamp, Events.Name, Events.Attributes)
WITH
    lower(hex(MD5(concat(t.SessionId, toString(n))))) AS session,
    concat('user-', toString(cityHash64(n) % 50000)) AS user
SELECT
    t.Timestamp + toIntervalSecond(again * 130) - toIntervalSecond(cityHash64(n) % 2592000),
    lower(hex(MD5(concat(t.TraceId, toString(n), toString(again))))),
    t.SpanId, t.ParentSpanId, t.SpanName, t.SpanKind, t.ServiceName, t.ResourceAttributes, t.ScopeName,
    if(t.SessionId = '', t.SpanAttributes, mapUpdate(t.SpanAttributes, map('session.id', session, 'user.id', user))),
    toUInt64(t.Duration * (0.5 + (cityHash64(n, again, t.SpanId) % 1000) / 500)), t.StatusCode,
    t.Events.Timestamp, t.Events.Name, t.Events.Attributes
FROM template_spans AS t
CROSS JOIN (SELECT number AS n FROM numbers({start:UInt64}, {count:UInt64})) AS visitors
CROSS JOIN (SELECT number AS again FROM numbers({times:UInt64})) AS repeats

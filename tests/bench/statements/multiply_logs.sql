-- The template's logs for visitors {start} to {start} + {count}, each {times} times: ids, users, pages and times differ.
INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityNumber, ServiceName, Body, ResourceAttributes, ScopeName, LogAttributes, EventName)
WITH
    lower(hex(MD5(concat(t.SessionId, toString(n))))) AS session,
    concat('user-', toString(cityHash64(n) % 50000)) AS user,
    concat(t.LogAttributes['url.full'], '?item=', toString(cityHash64(n, again) % 5000)) AS page
SELECT
    t.Timestamp + toIntervalSecond(again * 130) - toIntervalSecond(cityHash64(n) % 2592000),
    if(t.TraceId = '', '', lower(hex(MD5(concat(t.TraceId, toString(n), toString(again)))))),
    t.SpanId, t.SeverityNumber, t.ServiceName, t.Body, t.ResourceAttributes, t.ScopeName,
    if(t.SessionId = '', t.LogAttributes, mapUpdate(t.LogAttributes, map('session.id', session, 'user.id', user, 'url.full', page))),
    t.EventName
FROM template_logs AS t
CROSS JOIN (SELECT number AS n FROM numbers({start:UInt64}, {count:UInt64})) AS visitors
CROSS JOIN (SELECT number AS again FROM numbers({times:UInt64})) AS repeats

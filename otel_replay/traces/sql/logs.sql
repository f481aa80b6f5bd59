WITH
    {{our_clock}}
SELECT
    clock_error_ns(from_browser(ScopeName, ResourceAttributes), SessionId, LogAttributes['session.replay.tab']) AS error_ns,
    our_ns(Timestamp, error_ns) AS time_ns,
    multiIf(SeverityNumber = 0, SeverityText, SeverityNumber <= 4, 'TRACE', SeverityNumber <= 8, 'DEBUG', SeverityNumber <= 12, 'INFO', SeverityNumber <= 16, 'WARN', SeverityNumber <= 20, 'ERROR', 'FATAL') AS severity,
    ServiceName, Body, SpanId, if(EventName != '', EventName, LogAttributes['event.name']) AS event_name, LogAttributes, SessionId
FROM otel_logs
WHERE TraceId = {id:String}
    AND Timestamp BETWEEN fromUnixTimestamp64Nano({from_ns:Int64}) AND fromUnixTimestamp64Nano({to_ns:Int64})
ORDER BY time_ns, SpanId, Body
LIMIT 1 BY Timestamp, SpanId, ServiceName, Body, LogAttributes
LIMIT {limit:UInt32}

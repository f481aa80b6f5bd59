-- Log records of the session's traces that name no session themselves; exceptions are a kind of their own.
SELECT
    {{event_columns}}
FROM
(
    WITH
        (SELECT min(Start) FROM session_traces WHERE SessionId = {id:String}) AS first_trace,
        (SELECT max(End) FROM session_traces WHERE SessionId = {id:String}) AS last_trace
    SELECT
        concat(lower(hex(cityHash64(TraceId, SpanId, ServiceName, Body))), '-', toString(toUnixTimestamp64Nano(Timestamp))) AS id,
        toUnixTimestamp64Nano(Timestamp) AS time_ns,
        'log' AS kind, if(EventName != '', EventName, LogAttributes['event.name']) AS name, 'backend' AS source, '' AS tab, Body AS title,
        multiIf(SeverityNumber = 0, '', SeverityNumber <= 4, 'TRACE', SeverityNumber <= 8, 'DEBUG', SeverityNumber <= 12, 'INFO', SeverityNumber <= 16, 'WARN', SeverityNumber <= 20, 'ERROR', 'FATAL') AS severity,
        0 AS status, 0 AS duration_ns, ServiceName AS service, TraceId AS trace_id, SpanId AS span_id, LogAttributes AS attributes
    FROM otel_logs
    WHERE TraceId IN (SELECT TraceId FROM session_traces WHERE SessionId = {id:String})
        AND SessionId = ''
        AND name NOT LIKE '%exception'
        -- The traces' times are as their senders' clocks had them, the browser's among them.
        AND Timestamp BETWEEN first_trace - toIntervalMillisecond({ahead_ms:Int64}) - INTERVAL 1 HOUR AND last_trace - toIntervalMillisecond({behind_ms:Int64}) + INTERVAL 1 HOUR
        AND Timestamp BETWEEN fromUnixTimestamp64Nano({from_ns:Int64}) AND fromUnixTimestamp64Nano({to_ns:Int64})
    ORDER BY Timestamp, id
    LIMIT 1 BY id
    LIMIT {limit:UInt32}
)
SETTINGS output_format_json_escape_forward_slashes = 0

SELECT
    {{event_columns}}
FROM
(
    SELECT
        concat(lower(hex(ExceptionId)), '-', SpanId) AS id,
        toUnixTimestamp64Nano(Timestamp) AS time_ns,
        'backend_error' AS kind, Name AS name, 'backend' AS source, '' AS tab,
        if(Message = '', Type, concat(Type, ': ', Message)) AS title,
        'ERROR' AS severity, 0 AS status, 0 AS duration_ns, ServiceName AS service, TraceId AS trace_id, SpanId AS span_id,
        Attributes AS attributes
    FROM trace_exceptions FINAL
    WHERE TraceId IN (SELECT TraceId FROM session_traces WHERE SessionId = {id:String})
        AND Timestamp BETWEEN fromUnixTimestamp64Nano({from_ns:Int64}) AND fromUnixTimestamp64Nano({to_ns:Int64})
    ORDER BY Timestamp, id
    LIMIT {limit:UInt32}
)
SETTINGS output_format_json_escape_forward_slashes = 0

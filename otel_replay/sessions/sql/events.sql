SELECT
    {{event_columns}}
FROM
(
    WITH
        {{our_clock}}
    SELECT
        concat(lower(hex(EventId)), '-', toString(toUnixTimestamp64Nano(Timestamp))) AS id,
        our_ns(Timestamp, if(Source = 'browser', clock_error(SessionId, Tab), 0), ReceivedAt) AS time_ns,
        {{event_kind}} AS kind, Name AS name, Source AS source, Tab AS tab, Title AS title, Severity AS severity, Status AS status,
        Duration AS duration_ns, ServiceName AS service, TraceId AS trace_id, SpanId AS span_id, Attributes AS attributes
    FROM session_events FINAL
    PREWHERE SessionId = {id:String}
    WHERE time_ns BETWEEN {from_ns:Int64} AND {to_ns:Int64}
        -- For the key: no clock is further behind than this.
        AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) + toIntervalMillisecond({behind_ms:Int64})
        AND kind IN {kinds:Array(String)}
        -- Those within a trace are in trace_exceptions, together with those of services that know of no session.
        AND NOT (Kind = 'backend_error' AND TraceId != '')
    ORDER BY time_ns, Timestamp, EventId
    LIMIT {limit:UInt32}
)
SETTINGS output_format_json_escape_forward_slashes = 0

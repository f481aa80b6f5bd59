-- The session's traces by time, each with what all services sent of it. A trace gets its name and status from the first
-- span that the session itself sent, which is the browser's request.
WITH
    traces AS
    (
        SELECT TraceId, min(Start) AS first, max(End) AS last
        FROM session_traces
        WHERE SessionId = {id:String}
        GROUP BY TraceId
        ORDER BY first, TraceId
        LIMIT {limit:UInt32}
    ),
    (SELECT min(first) FROM traces) AS earliest,
    (SELECT max(last) FROM traces) AS latest
SELECT
    traces.TraceId AS trace_id,
    toUnixTimestamp64Nano(if(spans.spans = 0, traces.first, spans.start)) AS start_ns,
    if(spans.spans = 0, 0, spans.end_ns - toUnixTimestamp64Nano(spans.start)) AS duration_ns,
    spans.name AS name, spans.service AS service, spans.services AS services, spans.spans AS spans, spans.errors AS errors,
    spans.status AS status
FROM traces
LEFT JOIN
(
    SELECT
        TraceId,
        min(Timestamp) AS start,
        max(toUnixTimestamp64Nano(Timestamp) + toInt64(least(Duration, 86400000000000))) AS end_ns,
        argMin(
            if(SpanAttributes['http.request.method'] != '' AND SpanKind = 'Client' AND SpanAttributes['url.full'] != '',
                concat(SpanAttributes['http.request.method'], ' ', if(path(SpanAttributes['url.full']) = '', SpanAttributes['url.full'], path(SpanAttributes['url.full']))),
                SpanName),
            (SessionId != {id:String}, ParentSpanId != '', Timestamp)) AS name,
        argMin(ServiceName, (SessionId != {id:String}, ParentSpanId != '', Timestamp)) AS service,
        argMin(toUInt16OrZero(SpanAttributes['http.response.status_code']), (SessionId != {id:String}, ParentSpanId != '', Timestamp)) AS status,
        arrayMap(pair -> pair.2, arraySort(groupUniqArray((Timestamp, toString(ServiceName))))) AS service_by_time,
        arrayDistinct(service_by_time) AS services,
        uniqExact(SpanId) AS spans,
        uniqExactIf(SpanId, StatusCode = 'Error') AS errors
    FROM otel_traces
    WHERE TraceId IN (SELECT TraceId FROM traces)
        AND Timestamp BETWEEN earliest - INTERVAL 1 HOUR AND latest + INTERVAL 1 HOUR
    GROUP BY TraceId
) AS spans USING (TraceId)
ORDER BY start_ns, trace_id

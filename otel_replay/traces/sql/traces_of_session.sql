-- The session's traces by time, each with what all services sent of it. A trace gets its name and status from the first
-- span that the session itself sent, which is the browser's request. Times are by our clock, but for those of the window in
-- which spans are looked for: these are by their senders' clocks.
WITH
    {{our_clock}},
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
    multiIf(spans.spans > 0, spans.start, events.first_ns > 0, events.first_ns, toUnixTimestamp64Nano(traces.first)) AS start_ns,
    if(spans.spans = 0, 0, spans.end_ns - spans.start) AS duration_ns,
    spans.name AS name, spans.service AS service, spans.services AS services, spans.spans AS spans, spans.errors AS errors,
    spans.status AS status, spans.releases AS releases
FROM traces
LEFT JOIN
(
    SELECT
        TraceId,
        min(at_ns) AS start,
        max(at_ns + toInt64(least(Duration, 86400000000000))) AS end_ns,
        argMin(
            if(SpanAttributes['http.request.method'] != '' AND SpanKind = 'Client' AND SpanAttributes['url.full'] != '',
                concat(SpanAttributes['http.request.method'], ' ', if(path(SpanAttributes['url.full']) = '', SpanAttributes['url.full'], path(SpanAttributes['url.full']))),
                SpanName),
            (SessionId != {id:String}, ParentSpanId != '', Timestamp)) AS name,
        argMin(ServiceName, (SessionId != {id:String}, ParentSpanId != '', Timestamp)) AS service,
        argMin(toUInt16OrZero(SpanAttributes['http.response.status_code']), (SessionId != {id:String}, ParentSpanId != '', Timestamp)) AS status,
        arrayMap(pair -> pair.2, arraySort(groupUniqArray((at_ns, toString(ServiceName))))) AS service_by_time,
        arrayDistinct(service_by_time) AS services,
        groupUniqArrayIf((toString(ServiceName), ResourceAttributes['service.version']), ResourceAttributes['service.version'] != '') AS releases,
        uniqExact(SpanId) AS spans,
        uniqExactIf(SpanId, StatusCode = 'Error') AS errors
    FROM
    (
        SELECT *, our_ns(Timestamp, clock_error_ns(from_browser(ScopeName, ResourceAttributes), SessionId, SpanAttributes['session.replay.tab'])) AS at_ns
        FROM otel_traces
        WHERE TraceId IN (SELECT TraceId FROM traces)
            AND Timestamp BETWEEN earliest - toIntervalMillisecond({ahead_ms:Int64}) - INTERVAL 1 HOUR AND latest - toIntervalMillisecond({behind_ms:Int64}) + INTERVAL 1 HOUR
    )
    GROUP BY TraceId
) AS spans USING (TraceId)
LEFT JOIN
(
    SELECT TraceId, min(our_ns(Timestamp, clock_error_ns(Source = 'browser', SessionId, Tab))) AS first_ns
    FROM session_events FINAL
    PREWHERE SessionId = {id:String}
    WHERE TraceId != ''
    GROUP BY TraceId
) AS events ON events.TraceId = traces.TraceId
ORDER BY start_ns, trace_id

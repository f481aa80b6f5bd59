-- Spans that the sessions themselves named, whose exceptions are theirs even where the trace is not.
INSERT INTO erasing (Run, Kind, Id)
SELECT DISTINCT {run:String}, 'span', concat(TraceId, ' ', SpanId)
FROM
(
    SELECT TraceId, SpanId FROM otel_traces WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session') AND TraceId != ''
    UNION ALL
    SELECT TraceId, SpanId FROM otel_logs WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session') AND TraceId != '' AND SpanId != ''
)

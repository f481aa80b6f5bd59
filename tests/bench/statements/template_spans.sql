-- Likewise the spans. Of the traces that no session has, those of page loads, so many are taken that there are {spans} spans for
-- each visit: the rest would have been left out by sampling.
CREATE TABLE template.spans ENGINE = Memory AS
WITH
    taken AS
    (
        SELECT TraceId
        FROM
        (
            SELECT TraceId, sum(count()) OVER (ORDER BY max(SessionId != '') DESC, cityHash64(TraceId)) AS spans
            FROM template.otel_traces
            GROUP BY TraceId
        )
        WHERE spans <= {spans:UInt32} * (SELECT count() FROM template.visits)
    )
SELECT
    spans.* EXCEPT (ReceivedAt) REPLACE (
        mapApply((key, value) -> (key, replaceRegexpOne(replaceRegexpOne(value, 'http://127\\.0\\.0\\.1:\\d+', 'https://shop.example'), '/(products|orders)/(\\w+)', '/\\1/\\2-{item}')), SpanAttributes) AS SpanAttributes
    ),
    visits.Visit AS Visit,
    toUnixTimestamp64Milli(Timestamp) - visits.Start AS At
FROM template.otel_traces AS spans
CROSS JOIN template.visits AS visits
WHERE spans.TraceId IN (taken) AND toUnixTimestamp64Milli(Timestamp) >= visits.Start AND toUnixTimestamp64Milli(Timestamp) < visits.End

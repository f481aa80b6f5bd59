-- When each trace happened, so that a trace is found without reading every day. Grafana uses it when it is there.
CREATE TABLE IF NOT EXISTS otel_traces_trace_id_ts
(
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime) CODEC(Delta(4), ZSTD(1)) COMMENT 'Start of the first span',
    End SimpleAggregateFunction(max, DateTime) CODEC(Delta(4), ZSTD(1)) COMMENT 'Start of the last span',
    ReceivedAt SimpleAggregateFunction(max, DateTime) DEFAULT now() COMMENT 'Our clock as the last row came in; retention counts from here'
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(Start)
ORDER BY TraceId
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_trace_id_ts_mv TO otel_traces_trace_id_ts AS
SELECT TraceId, min(toDateTime(Timestamp)) AS Start, max(toDateTime(Timestamp)) AS End
FROM otel_traces
WHERE TraceId != ''
GROUP BY TraceId

-- The Collector's clickhouseexporter writes this table unchanged: its columns keep their names and types, ours have defaults.
CREATE TABLE IF NOT EXISTS otel_traces
(
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'Start of the span',
    TraceId String CODEC(ZSTD(1)) COMMENT 'Lower-case hex',
    SpanId String CODEC(ZSTD(1)) COMMENT 'Lower-case hex',
    ParentSpanId String CODEC(ZSTD(1)) COMMENT 'Lower-case hex, empty for a root',
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Unspecified, Internal, Server, Client, Producer or Consumer',
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the span',
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the span',
    Duration UInt64 CODEC(ZSTD(1)) COMMENT 'Nanoseconds; 0 where the span ended before it began',
    StatusCode LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Unset, Ok or Error',
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)) COMMENT 'Span events',
    Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)) COMMENT 'Span links',
    SessionId String DEFAULT multiIf(SpanAttributes['session.id'] != '', SpanAttributes['session.id'], ResourceAttributes['session.id'] != '', ResourceAttributes['session.id'], ResourceAttributes['rum.sessionId']) CODEC(ZSTD(1)) COMMENT 'Browser session the span itself names; other spans belong to sessions through session_traces',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1

-- The Collector's clickhouseexporter writes this table unchanged: its columns keep their names and types, ours have defaults.
-- No column may be called TimestampTime: Grafana's plugin takes its presence as the old schema.
CREATE TABLE IF NOT EXISTS otel_logs
(
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'When it happened; the observed time where the sender gave none',
    TraceId String CODEC(ZSTD(1)) COMMENT 'Lower-case hex, empty when absent',
    SpanId String CODEC(ZSTD(1)) COMMENT 'Lower-case hex, empty when absent',
    TraceFlags UInt8 COMMENT 'W3C trace flags',
    SeverityText LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Severity as the source names it',
    SeverityNumber UInt8 COMMENT 'OpenTelemetry severity, 1 to 24; 0 when absent',
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    Body String CODEC(ZSTD(1)) COMMENT 'The record''s body as text',
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the record',
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the record',
    EventName String CODEC(ZSTD(1)) COMMENT 'OpenTelemetry event name',
    `__otel_materialized_k8s.cluster.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.cluster.name'] CODEC(ZSTD(1)),
    `__otel_materialized_k8s.container.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.container.name'] CODEC(ZSTD(1)),
    `__otel_materialized_k8s.deployment.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.deployment.name'] CODEC(ZSTD(1)),
    `__otel_materialized_k8s.namespace.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.namespace.name'] CODEC(ZSTD(1)),
    `__otel_materialized_k8s.node.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.node.name'] CODEC(ZSTD(1)),
    `__otel_materialized_k8s.pod.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.pod.name'] CODEC(ZSTD(1)),
    `__otel_materialized_k8s.pod.uid` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.pod.uid'] CODEC(ZSTD(1)),
    `__otel_materialized_deployment.environment.name` LowCardinality(String) MATERIALIZED ResourceAttributes['deployment.environment.name'] CODEC(ZSTD(1)),
    SessionId String DEFAULT multiIf(LogAttributes['session.id'] != '', LogAttributes['session.id'], ResourceAttributes['session.id'] != '', ResourceAttributes['session.id'], ResourceAttributes['rum.sessionId']) CODEC(ZSTD(1)) COMMENT 'Browser session the record belongs to, empty when it names none',
    ObservedTimestamp DateTime64(9) DEFAULT Timestamp CODEC(Delta(8), ZSTD(1)) COMMENT 'When the sender''s pipeline saw it',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_key mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8
)
ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1

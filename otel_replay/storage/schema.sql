-- All tables and views as the migrations leave them. Made by python -m otel_replay.storage.schema.
CREATE TABLE {{database}}.erased_sessions
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `ErasedAt` DateTime64(3) COMMENT 'Our clock as the erasure began',
    `ErasureId` String COMMENT 'Row of erasures; empty for one that went with its user'
)
ENGINE = ReplacingMergeTree(ErasedAt)
ORDER BY SessionId
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.erased_traces
(
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `ErasedAt` DateTime64(3) DEFAULT now64(3) COMMENT 'Our clock'
)
ENGINE = ReplacingMergeTree(ErasedAt)
ORDER BY TraceId
TTL toDateTime(ErasedAt) + toIntervalDay(90)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.erased_users
(
    `UserHash` String COMMENT 'SHA-256 of the project\'s salt and the user\'s id, hexadecimal',
    `ErasedAt` DateTime64(3) COMMENT 'Our clock as the erasure began; sessions that begin later stay',
    `ErasureId` String COMMENT 'Row of erasures'
)
ENGINE = ReplacingMergeTree(ErasedAt)
ORDER BY UserHash
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.erasing
(
    `Run` String COMMENT 'One attempt; one that is cut off is followed by another of its own',
    `Kind` LowCardinality(String) COMMENT 'session, trace (one that belongs to none but such sessions) or span (trace and span with a blank between)',
    `Id` String COMMENT 'Of the session, trace or span',
    `AddedAt` DateTime DEFAULT now() COMMENT 'Our clock'
)
ENGINE = MergeTree
ORDER BY (Run, Kind, Id)
TTL AddedAt + toIntervalDay(2)
SETTINGS index_granularity = 1024;

CREATE TABLE {{database}}.erasures
(
    `ErasureId` String COMMENT 'Random',
    `AskedAt` DateTime64(3) COMMENT 'Our clock',
    `AskedBy` String COMMENT 'User of the operating system, or api for a program that has the token',
    `Kind` LowCardinality(String) COMMENT 'session, user or before',
    `Subject` String COMMENT 'The session\'s id, the hash of the user\'s id as in erased_users, or the time',
    `State` LowCardinality(String) COMMENT 'started or done; a worker takes up what was started and not done',
    `DoneAt` DateTime64(3) COMMENT 'Our clock; 1970-01-01 until then',
    `Sessions` UInt64 COMMENT 'How many were erased',
    `Report` String COMMENT 'What was erased, as JSON: rows by table, blobs, bytes',
    `Version` UInt64 COMMENT 'Microseconds since the epoch of the last change; the highest wins'
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY (AskedAt, ErasureId)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.ingest_usage
(
    `Minute` DateTime COMMENT 'Start of the minute, our clock; of the hour or day where the database was away for long' CODEC(Delta(4), ZSTD(1)),
    `Key` LowCardinality(String) COMMENT 'Name of the ingest key, never the key itself; empty without one',
    `Signal` LowCardinality(String) COMMENT 'traces, logs, metrics or replay; empty where the request was refused before that was known',
    `Outcome` LowCardinality(String) COMMENT 'accepted, refused (the sender should send again) or failed',
    `Reason` LowCardinality(String) COMMENT 'Why it was not accepted, in one word',
    `Requests` SimpleAggregateFunction(sum, UInt64) COMMENT 'Number of requests',
    `Records` SimpleAggregateFunction(sum, UInt64) COMMENT 'Spans, log records or metric points',
    `Bytes` SimpleAggregateFunction(sum, UInt64) COMMENT 'Of request bodies after decompression',
    `LastAt` SimpleAggregateFunction(max, DateTime64(3)) COMMENT 'When the last of them was answered'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Minute)
ORDER BY (Minute, Key, Signal, Outcome, Reason)
TTL Minute + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE TABLE {{database}}.otel_logs
(
    `Timestamp` DateTime64(9) COMMENT 'When it happened; the observed time where the sender gave none' CODEC(Delta(8), ZSTD(1)),
    `TraceId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `SpanId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `TraceFlags` UInt8 COMMENT 'W3C trace flags',
    `SeverityText` LowCardinality(String) COMMENT 'Severity as the source names it' CODEC(ZSTD(1)),
    `SeverityNumber` UInt8 COMMENT 'OpenTelemetry severity, 1 to 24; 0 when absent',
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `Body` String COMMENT 'The record\'s body as text' CODEC(ZSTD(1)),
    `ResourceSchemaUrl` LowCardinality(String) COMMENT 'Schema URL of the resource, as sent' CODEC(ZSTD(1)),
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the record' CODEC(ZSTD(1)),
    `ScopeSchemaUrl` LowCardinality(String) COMMENT 'Schema URL of the scope, as sent' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` LowCardinality(String) COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the instrumentation scope' CODEC(ZSTD(1)),
    `LogAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the record' CODEC(ZSTD(1)),
    `EventName` String COMMENT 'OpenTelemetry event name' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.cluster.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.cluster.name'] COMMENT 'ResourceAttributes[\'k8s.cluster.name\']' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.container.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.container.name'] COMMENT 'ResourceAttributes[\'k8s.container.name\']' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.deployment.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.deployment.name'] COMMENT 'ResourceAttributes[\'k8s.deployment.name\']' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.namespace.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.namespace.name'] COMMENT 'ResourceAttributes[\'k8s.namespace.name\']' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.node.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.node.name'] COMMENT 'ResourceAttributes[\'k8s.node.name\']' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.pod.name` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.pod.name'] COMMENT 'ResourceAttributes[\'k8s.pod.name\']' CODEC(ZSTD(1)),
    `__otel_materialized_k8s.pod.uid` LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.pod.uid'] COMMENT 'ResourceAttributes[\'k8s.pod.uid\']' CODEC(ZSTD(1)),
    `__otel_materialized_deployment.environment.name` LowCardinality(String) MATERIALIZED ResourceAttributes['deployment.environment.name'] COMMENT 'ResourceAttributes[\'deployment.environment.name\']' CODEC(ZSTD(1)),
    `SessionId` String DEFAULT extract(multiIf((LogAttributes['session.id']) != '', LogAttributes['session.id'], (ResourceAttributes['session.id']) != '', ResourceAttributes['session.id'], (ResourceAttributes['rum.sessionId']) != '', ResourceAttributes['rum.sessionId'], ResourceAttributes['splunk.rumSessionId']), '^[0-9A-Za-z_\\-][0-9A-Za-z_.\\-]{0,127}$') COMMENT 'Browser session the record belongs to, empty when it names none' CODEC(ZSTD(1)),
    `ObservedTimestamp` DateTime64(9) DEFAULT Timestamp COMMENT 'When the sender\'s pipeline saw it' CODEC(Delta(8), ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_key mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_body_text Body TYPE text(tokenizer = 'splitByNonAlpha') GRANULARITY 100000000
)
ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_metrics_exponential_histogram
(
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the metric' CODEC(ZSTD(1)),
    `ResourceSchemaUrl` String COMMENT 'Schema URL of the resource, as sent' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` String COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeDroppedAttrCount` UInt32 COMMENT 'Attributes of the scope that the sender left out' CODEC(ZSTD(1)),
    `ScopeSchemaUrl` String COMMENT 'Schema URL of the scope, as sent' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `MetricName` String COMMENT 'Name of the metric' CODEC(ZSTD(1)),
    `MetricDescription` String COMMENT 'What it measures, as the sender says' CODEC(ZSTD(1)),
    `MetricUnit` String COMMENT 'UCUM unit, as ms or By' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series' CODEC(ZSTD(1)),
    `StartTimeUnix` DateTime64(9) COMMENT 'Since when it is counted; 1970 where the sender does not say' CODEC(Delta(8), ZSTD(1)),
    `TimeUnix` DateTime64(9) COMMENT 'When it was measured, by the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Count` UInt64 COMMENT 'Number of measurements' CODEC(Delta(8), ZSTD(1)),
    `Sum` Float64 COMMENT 'Sum of the measurements; 0 where the sender gives none' CODEC(ZSTD(1)),
    `Scale` Int32 COMMENT 'Bucket i reaches from base^i to base^(i+1), base being 2^(2^-Scale)' CODEC(ZSTD(1)),
    `ZeroCount` UInt64 COMMENT 'Measurements that are zero, or nearer to it than ZeroThreshold' CODEC(ZSTD(1)),
    `PositiveOffset` Int32 COMMENT 'Index i of the first positive bucket' CODEC(ZSTD(1)),
    `PositiveBucketCounts` Array(UInt64) COMMENT 'Measurements per positive bucket' CODEC(ZSTD(1)),
    `NegativeOffset` Int32 COMMENT 'Index i of the first negative bucket' CODEC(ZSTD(1)),
    `NegativeBucketCounts` Array(UInt64) COMMENT 'Measurements per negative bucket' CODEC(ZSTD(1)),
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TimeUnix` Array(DateTime64(9)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.Value` Array(Float64) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.SpanId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TraceId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Flags` UInt32 COMMENT '1: no value was recorded, what the point says is void' CODEC(ZSTD(1)),
    `Min` Float64 COMMENT 'Smallest measurement; 0 where the sender gives none' CODEC(ZSTD(1)),
    `Max` Float64 COMMENT 'Biggest measurement; 0 where the sender gives none' CODEC(ZSTD(1)),
    `AggregationTemporality` Int32 COMMENT '1: since the point before (delta), 2: since StartTimeUnix (cumulative), 0: not said' CODEC(ZSTD(1)),
    `ZeroThreshold` Float64 DEFAULT 0 COMMENT 'Half the width of the zero bucket' CODEC(ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_metrics_gauge
(
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the metric' CODEC(ZSTD(1)),
    `ResourceSchemaUrl` String COMMENT 'Schema URL of the resource, as sent' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` String COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeDroppedAttrCount` UInt32 COMMENT 'Attributes of the scope that the sender left out' CODEC(ZSTD(1)),
    `ScopeSchemaUrl` String COMMENT 'Schema URL of the scope, as sent' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `MetricName` String COMMENT 'Name of the metric' CODEC(ZSTD(1)),
    `MetricDescription` String COMMENT 'What it measures, as the sender says' CODEC(ZSTD(1)),
    `MetricUnit` String COMMENT 'UCUM unit, as ms or By' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series' CODEC(ZSTD(1)),
    `StartTimeUnix` DateTime64(9) COMMENT 'Since when it is counted; 1970 where the sender does not say' CODEC(Delta(8), ZSTD(1)),
    `TimeUnix` DateTime64(9) COMMENT 'When it was measured, by the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Value` Float64 COMMENT 'The measured value; integers too' CODEC(ZSTD(1)),
    `Flags` UInt32 COMMENT '1: no value was recorded, what the point says is void' CODEC(ZSTD(1)),
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TimeUnix` Array(DateTime64(9)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.Value` Array(Float64) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.SpanId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TraceId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_metrics_histogram
(
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the metric' CODEC(ZSTD(1)),
    `ResourceSchemaUrl` String COMMENT 'Schema URL of the resource, as sent' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` String COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeDroppedAttrCount` UInt32 COMMENT 'Attributes of the scope that the sender left out' CODEC(ZSTD(1)),
    `ScopeSchemaUrl` String COMMENT 'Schema URL of the scope, as sent' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `MetricName` String COMMENT 'Name of the metric' CODEC(ZSTD(1)),
    `MetricDescription` String COMMENT 'What it measures, as the sender says' CODEC(ZSTD(1)),
    `MetricUnit` String COMMENT 'UCUM unit, as ms or By' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series' CODEC(ZSTD(1)),
    `StartTimeUnix` DateTime64(9) COMMENT 'Since when it is counted; 1970 where the sender does not say' CODEC(Delta(8), ZSTD(1)),
    `TimeUnix` DateTime64(9) COMMENT 'When it was measured, by the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Count` UInt64 COMMENT 'Number of measurements' CODEC(Delta(8), ZSTD(1)),
    `Sum` Float64 COMMENT 'Sum of the measurements; 0 where the sender gives none' CODEC(ZSTD(1)),
    `BucketCounts` Array(UInt64) COMMENT 'Measurements per bucket: one more than there are bounds' CODEC(ZSTD(1)),
    `ExplicitBounds` Array(Float64) COMMENT 'Upper bounds of the buckets, the last one\'s left out' CODEC(ZSTD(1)),
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TimeUnix` Array(DateTime64(9)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.Value` Array(Float64) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.SpanId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TraceId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Flags` UInt32 COMMENT '1: no value was recorded, what the point says is void' CODEC(ZSTD(1)),
    `Min` Float64 COMMENT 'Smallest measurement; 0 where the sender gives none' CODEC(ZSTD(1)),
    `Max` Float64 COMMENT 'Biggest measurement; 0 where the sender gives none' CODEC(ZSTD(1)),
    `AggregationTemporality` Int32 COMMENT '1: since the point before (delta), 2: since StartTimeUnix (cumulative), 0: not said' CODEC(ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_metrics_sum
(
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the metric' CODEC(ZSTD(1)),
    `ResourceSchemaUrl` String COMMENT 'Schema URL of the resource, as sent' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` String COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeDroppedAttrCount` UInt32 COMMENT 'Attributes of the scope that the sender left out' CODEC(ZSTD(1)),
    `ScopeSchemaUrl` String COMMENT 'Schema URL of the scope, as sent' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `MetricName` String COMMENT 'Name of the metric' CODEC(ZSTD(1)),
    `MetricDescription` String COMMENT 'What it measures, as the sender says' CODEC(ZSTD(1)),
    `MetricUnit` String COMMENT 'UCUM unit, as ms or By' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series' CODEC(ZSTD(1)),
    `StartTimeUnix` DateTime64(9) COMMENT 'Since when it is counted; 1970 where the sender does not say' CODEC(Delta(8), ZSTD(1)),
    `TimeUnix` DateTime64(9) COMMENT 'When it was measured, by the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Value` Float64 COMMENT 'The measured value; integers too' CODEC(ZSTD(1)),
    `Flags` UInt32 COMMENT '1: no value was recorded, what the point says is void' CODEC(ZSTD(1)),
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TimeUnix` Array(DateTime64(9)) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.Value` Array(Float64) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.SpanId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `Exemplars.TraceId` Array(String) COMMENT 'Single measurements, with the span they were made in' CODEC(ZSTD(1)),
    `AggregationTemporality` Int32 COMMENT '1: since the point before (delta), 2: since StartTimeUnix (cumulative), 0: not said' CODEC(ZSTD(1)),
    `IsMonotonic` Bool COMMENT 'Whether it never goes down but by a restart' CODEC(Delta(1), ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_metrics_summary
(
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the metric' CODEC(ZSTD(1)),
    `ResourceSchemaUrl` String COMMENT 'Schema URL of the resource, as sent' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` String COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the instrumentation scope' CODEC(ZSTD(1)),
    `ScopeDroppedAttrCount` UInt32 COMMENT 'Attributes of the scope that the sender left out' CODEC(ZSTD(1)),
    `ScopeSchemaUrl` String COMMENT 'Schema URL of the scope, as sent' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `MetricName` String COMMENT 'Name of the metric' CODEC(ZSTD(1)),
    `MetricDescription` String COMMENT 'What it measures, as the sender says' CODEC(ZSTD(1)),
    `MetricUnit` String COMMENT 'UCUM unit, as ms or By' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series' CODEC(ZSTD(1)),
    `StartTimeUnix` DateTime64(9) COMMENT 'Since when it is counted; 1970 where the sender does not say' CODEC(Delta(8), ZSTD(1)),
    `TimeUnix` DateTime64(9) COMMENT 'When it was measured, by the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Count` UInt64 COMMENT 'Number of measurements' CODEC(Delta(8), ZSTD(1)),
    `Sum` Float64 COMMENT 'Sum of the measurements; 0 where the sender gives none' CODEC(ZSTD(1)),
    `ValueAtQuantiles.Quantile` Array(Float64) COMMENT 'Quantiles, 0 to 1, and their values' CODEC(ZSTD(1)),
    `ValueAtQuantiles.Value` Array(Float64) COMMENT 'Quantiles, 0 to 1, and their values' CODEC(ZSTD(1)),
    `Flags` UInt32 COMMENT '1: no value was recorded, what the point says is void' CODEC(ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_traces
(
    `Timestamp` DateTime64(9) COMMENT 'Start of the span' CODEC(Delta(8), ZSTD(1)),
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `SpanId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `ParentSpanId` String COMMENT 'Lower-case hex, empty for a root' CODEC(ZSTD(1)),
    `TraceState` String COMMENT 'W3C tracestate' CODEC(ZSTD(1)),
    `SpanName` LowCardinality(String) COMMENT 'Name of the span' CODEC(ZSTD(1)),
    `SpanKind` LowCardinality(String) COMMENT 'Unspecified, Internal, Server, Client, Producer or Consumer' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name' CODEC(ZSTD(1)),
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the span' CODEC(ZSTD(1)),
    `ScopeName` String COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    `ScopeVersion` String COMMENT 'Version of the instrumentation scope' CODEC(ZSTD(1)),
    `SpanAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the span' CODEC(ZSTD(1)),
    `Duration` UInt64 COMMENT 'Nanoseconds; 0 where the span ended before it began' CODEC(ZSTD(1)),
    `StatusCode` LowCardinality(String) COMMENT 'Unset, Ok or Error' CODEC(ZSTD(1)),
    `StatusMessage` String COMMENT 'What the sender says about the status' CODEC(ZSTD(1)),
    `Events.Timestamp` Array(DateTime64(9)) COMMENT 'Span events: when' CODEC(ZSTD(1)),
    `Events.Name` Array(LowCardinality(String)) COMMENT 'Span events: what' CODEC(ZSTD(1)),
    `Events.Attributes` Array(Map(LowCardinality(String), String)) COMMENT 'Span events: their attributes' CODEC(ZSTD(1)),
    `Links.TraceId` Array(String) COMMENT 'Span links: the other span\'s trace' CODEC(ZSTD(1)),
    `Links.SpanId` Array(String) COMMENT 'Span links: its span id' CODEC(ZSTD(1)),
    `Links.TraceState` Array(String) COMMENT 'Span links: its tracestate' CODEC(ZSTD(1)),
    `Links.Attributes` Array(Map(LowCardinality(String), String)) COMMENT 'Span links: attributes of the link' CODEC(ZSTD(1)),
    `SessionId` String DEFAULT extract(multiIf((SpanAttributes['session.id']) != '', SpanAttributes['session.id'], (ResourceAttributes['session.id']) != '', ResourceAttributes['session.id'], (ResourceAttributes['rum.sessionId']) != '', ResourceAttributes['rum.sessionId'], (SpanAttributes['splunk.rumSessionId']) != '', SpanAttributes['splunk.rumSessionId'], ResourceAttributes['splunk.rumSessionId']), '^[0-9A-Za-z_\\-][0-9A-Za-z_.\\-]{0,127}$') COMMENT 'Browser session the span itself names; other spans belong to sessions through session_traces' CODEC(ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here, so a sender\'s wrong clock loses nothing' CODEC(Delta(4), ZSTD(1)),
    `Batch` LowCardinality(String) MATERIALIZED getSetting('log_comment') COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert' CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000, min_bytes_for_wide_part = 134217728;

CREATE TABLE {{database}}.otel_traces_trace_id_ts
(
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `Start` SimpleAggregateFunction(min, DateTime) COMMENT 'Start of the first span' CODEC(Delta(4), ZSTD(1)),
    `End` SimpleAggregateFunction(max, DateTime) COMMENT 'Start of the last span' CODEC(Delta(4), ZSTD(1)),
    `ReceivedAt` SimpleAggregateFunction(max, DateTime) DEFAULT now() COMMENT 'Our clock as the last row came in; retention counts from here'
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(Start)
ORDER BY TraceId
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.passed_spans
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `TraceId` String,
    `SpanId` String,
    `ParentSpanId` String,
    `SpanName` LowCardinality(String),
    `SpanKind` LowCardinality(String),
    `ServiceName` LowCardinality(String),
    `ScopeName` String,
    `Duration` UInt64,
    `StatusCode` LowCardinality(String),
    `SpanAttributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String),
    `Events.Timestamp` Array(DateTime64(9)),
    `Events.Name` Array(LowCardinality(String)),
    `Events.Attributes` Array(Map(LowCardinality(String), String))
)
ENGINE = `Null`
COMMENT 'Holds no rows: passes spans on to the views that fill the tables of sessions. Read session_spans or otel_traces';

CREATE TABLE {{database}}.project_settings
(
    `Name` LowCardinality(String) COMMENT 'retention_replay, retention_logs, retention_traces, retention_metrics: days; erasure_salt',
    `Value` String COMMENT 'As text',
    `ChangedAt` DateTime64(6) DEFAULT now64(6) COMMENT 'The latest counts',
    `ChangedBy` String COMMENT 'User of the operating system, or api'
)
ENGINE = ReplacingMergeTree(ChangedAt)
ORDER BY Name
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.replay_chunks
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `Tab` LowCardinality(String) COMMENT 'Recorder instance: one page load in one browser tab',
    `Seq` UInt32 COMMENT 'Order within the tab: 0, 1, 2 without holes',
    `MoreSeqs` UInt32 COMMENT 'How many sequence numbers the row covers beyond Seq',
    `Widths` Array(UInt32) COMMENT 'Sequence numbers of each event; empty when each has one, or the row has one for all' CODEC(ZSTD(1)),
    `Piece` UInt32 COMMENT 'Which piece of an event the row holds, from 1 on; 0 for whole events',
    `Pieces` UInt32 COMMENT 'How many pieces the event has; 0 for whole events',
    `StartTime` DateTime64(3) COMMENT 'First event, by the browser\'s clock' CODEC(Delta(8), ZSTD(1)),
    `EndTime` DateTime64(3) COMMENT 'Last event, by the browser\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Checkpoint` Bool COMMENT 'Begins with a full snapshot: playback can start here',
    `Final` Bool COMMENT 'Sent as the page went away',
    `Events` UInt32 COMMENT 'Number of rrweb events',
    `Size` UInt64 COMMENT 'Bytes of JSON before compression',
    `Encoding` LowCardinality(String) COMMENT 'gzip or identity in a pack, zstd in a segment',
    `Blob` String COMMENT 'Key in the blob store' CODEC(ZSTD(1)),
    `Offset` UInt64 COMMENT 'First byte in the blob, of the chunk or of the segment that it lies in',
    `Length` UInt64 COMMENT 'Stored bytes of the chunk, or of the segment that it lies in; see StoredBytes',
    `Crc32` UInt32 COMMENT 'CRC-32 of these stored bytes',
    `InnerOffset` UInt64 DEFAULT 0 COMMENT 'In a segment: first byte of the chunk\'s JSON in the decompressed segment; 0 in a pack' CODEC(ZSTD(1)),
    `InnerLength` UInt64 DEFAULT 0 COMMENT 'In a segment: bytes of the chunk\'s JSON; 0 in a pack' CODEC(ZSTD(1)),
    `StoredBytes` UInt64 DEFAULT Length COMMENT 'What the chunk takes in the blob: Length in a pack, its share of the segment\'s Length otherwise' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name',
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What the browser said about itself' CODEC(ZSTD(1)),
    `UserId` String COMMENT 'Attribute user.id of the chunk\'s record, empty when absent' CODEC(ZSTD(1)),
    `SentAt` DateTime64(3) COMMENT 'Observed time: the browser\'s clock as it sent the chunk' CODEC(Delta(8), ZSTD(1)),
    `ReceivedAt` DateTime64(3) COMMENT 'Our clock as the chunk came in' CODEC(Delta(8), ZSTD(1)),
    INDEX idx_blob Blob TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ReceivedAt)
PARTITION BY toYYYYMM(StartTime)
PRIMARY KEY (SessionId, Tab, Seq)
ORDER BY (SessionId, Tab, Seq, MoreSeqs)
TTL toDateTime(ReceivedAt) + toIntervalDay(30)
SETTINGS index_granularity = 512, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.session_errors
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `Timestamp` DateTime64(9) COMMENT 'By the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `EventId` UInt64 COMMENT 'As in session_events',
    `Source` LowCardinality(String) COMMENT 'browser or backend',
    `Title` String COMMENT 'One line for people' CODEC(ZSTD(1)),
    `Tab` LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    `Url` String COMMENT 'Page that it happened on' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name',
    `Release` LowCardinality(String) COMMENT 'Resource attribute service.version',
    `TraceId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `SpanId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `UserId` String COMMENT 'user.id' CODEC(ZSTD(1)),
    `Type` String COMMENT 'exception.type' CODEC(ZSTD(1)),
    `Message` String COMMENT 'exception.message' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the log record or span event' CODEC(ZSTD(1)),
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent it' CODEC(ZSTD(1)),
    `ObservedTimestamp` DateTime64(3) COMMENT 'As in session_events' CODEC(Delta(8), ZSTD(1)),
    `ReceivedAt` DateTime64(3) COMMENT 'Our clock as the row was stored, of the last delivery' CODEC(Delta(8), ZSTD(1)),
    `Told` UInt8 MATERIALIZED (((((Tab != '') + (Url != '')) + (UserId != '')) + (Type != '')) + (Message != '')) + ((Attributes['exception.stacktrace']) != '') COMMENT 'How much the report tells: of a span event and a log record of one error, that which tells more stays',
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Told)
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (toDate(Timestamp), SessionId, TraceId, SpanId, if(TraceId = '', EventId, cityHash64(Title)))
TTL toDateTime(ReceivedAt) + toIntervalDay(30)
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.session_events
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `Timestamp` DateTime64(9) COMMENT 'By the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `EventId` UInt64 COMMENT 'Hash of what the sender sent; equal for a redelivery',
    `Kind` LowCardinality(String) COMMENT 'navigation, click, rage_click, dead_click, console, error, request, backend_error, log, session, dropped, vital or custom',
    `Source` LowCardinality(String) COMMENT 'browser or backend',
    `Name` LowCardinality(String) COMMENT 'Event name, or span name',
    `Title` String COMMENT 'One line for people' CODEC(ZSTD(1)),
    `Severity` LowCardinality(String) COMMENT 'TRACE, DEBUG, INFO, WARN, ERROR, FATAL or empty',
    `Status` UInt16 COMMENT 'HTTP status of a request; 0 where there is none',
    `Duration` UInt64 COMMENT 'Nanoseconds, of a request',
    `Tab` LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    `Url` String COMMENT 'Page the event happened on; for a request, the URL requested' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name',
    `TraceId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `SpanId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `UserId` String COMMENT 'user.id' CODEC(ZSTD(1)),
    `UserName` String COMMENT 'user.full_name, else user.name' CODEC(ZSTD(1)),
    `UserEmail` String COMMENT 'user.email' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the log record, span or span event' CODEC(ZSTD(1)),
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent it' CODEC(ZSTD(1)),
    `ObservedTimestamp` DateTime64(3) COMMENT 'Of a log record, when the sender\'s pipeline saw it, by the sender\'s clock; 1970-01-01 for everything else' CODEC(Delta(8), ZSTD(1)),
    `ReceivedAt` DateTime64(3) DEFAULT now64(3) COMMENT 'Our clock as the row was stored, of the last delivery' CODEC(Delta(8), ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ReceivedAt)
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (SessionId, Timestamp, EventId)
TTL toDateTime(ReceivedAt) + toIntervalDay(30)
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.session_inputs
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `Tab` LowCardinality(String) COMMENT 'Recorder instance: one page load in one browser tab',
    `Chunks` UInt32 COMMENT 'Rows of replay_chunks that it was read from; the highest wins',
    `KeyPresses` UInt32 COMMENT 'Changes of text in fields that are typed in; of a masked field, only those between empty and filled are known',
    `Clicks.Time` Array(DateTime64(3)) COMMENT 'Clicks, at most 10,000: when, by the browser\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Clicks.X` Array(Int32) COMMENT 'CSS pixels from the left of the window' CODEC(ZSTD(1)),
    `Clicks.Y` Array(Int32) COMMENT 'CSS pixels from its top' CODEC(ZSTD(1)),
    `Clicks.Dead` Array(Bool) COMMENT 'Nothing came of it' CODEC(ZSTD(1)),
    `Inputs.Start` Array(DateTime64(3)) COMMENT 'Stretches of user inputs, at most 10,000, in order and more than 5 s apart: first input, by the browser\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Inputs.End` Array(DateTime64(3)) COMMENT 'Last input of the stretch' CODEC(Delta(8), ZSTD(1)),
    `Urls.Time` Array(DateTime64(3)) COMMENT 'Pages as the recording names them, at most 10,000: since when, by the browser\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Urls.Url` Array(String) COMMENT 'Address of the page' CODEC(ZSTD(1)),
    `ReadAt` DateTime64(3) DEFAULT now64(3) COMMENT 'Our clock as it was read' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(Chunks)
PARTITION BY toYYYYMM(ReadAt)
ORDER BY (SessionId, Tab)
TTL toDateTime(ReadAt) + toIntervalDay(30)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.session_logs
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `ObservedTimestamp` DateTime64(9),
    `TraceId` String,
    `SpanId` String,
    `SeverityNumber` UInt8,
    `ServiceName` LowCardinality(String),
    `Body` String,
    `ScopeName` String,
    `EventName` String,
    `LogAttributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
ENGINE = `Null`
COMMENT 'Holds no rows: passes log records on to the views that fill the tables of sessions. Read otel_logs or session_events';

CREATE TABLE {{database}}.session_touched
(
    `TouchedAt` DateTime64(3) DEFAULT now64(3) COMMENT 'Our clock',
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfDay(TouchedAt)
ORDER BY (TouchedAt, SessionId)
TTL toDateTime(TouchedAt) + toIntervalDay(3)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1;

CREATE TABLE {{database}}.session_traces
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `Start` SimpleAggregateFunction(min, DateTime64(9)) COMMENT 'First span or log of the session in this trace',
    `End` SimpleAggregateFunction(max, DateTime64(9)) COMMENT 'Last one',
    `ReceivedAt` SimpleAggregateFunction(max, DateTime64(3)) DEFAULT now64(3) COMMENT 'Our clock at the last delivery'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Start)
ORDER BY (SessionId, TraceId)
TTL toDateTime(ReceivedAt) + toIntervalDay(30)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.sessions
(
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `StartTime` DateTime64(3) COMMENT 'First record, by our clock: the browser\'s with its error taken out' CODEC(Delta(8), ZSTD(1)),
    `EndTime` DateTime64(3) COMMENT 'Last record, likewise' CODEC(Delta(8), ZSTD(1)),
    `State` LowCardinality(String) COMMENT 'live or finished',
    `ActiveMs` UInt64 COMMENT 'Time with user inputs: stretches with gaps of at most 5 s',
    `UserId` String COMMENT 'user.id' CODEC(ZSTD(1)),
    `UserName` String COMMENT 'user.full_name, else user.name' CODEC(ZSTD(1)),
    `UserEmail` String COMMENT 'user.email' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'service.name of the browser application',
    `Environment` LowCardinality(String) COMMENT 'deployment.environment.name',
    `Release` LowCardinality(String) COMMENT 'service.version of the browser application',
    `Browser` LowCardinality(String) COMMENT 'Name and major version',
    `Os` LowCardinality(String) COMMENT 'Operating system',
    `Device` LowCardinality(String) COMMENT 'desktop, mobile or tablet',
    `FirstUrl` String COMMENT 'First URL that anything happened on' CODEC(ZSTD(1)),
    `LastUrl` String COMMENT 'Last URL that anything happened on' CODEC(ZSTD(1)),
    `EntryPage` String DEFAULT '' COMMENT 'Page that was open first' CODEC(ZSTD(1)),
    `ExitPage` String DEFAULT '' COMMENT 'Page that was open last' CODEC(ZSTD(1)),
    `Urls` Array(String) COMMENT 'Pages that were visited, each once, at most 200' CODEC(ZSTD(1)),
    `PageTimes.Url` Array(String) COMMENT 'Pages by when they were first open, each once, at most 200' CODEC(ZSTD(1)),
    `PageTimes.EnteredAt` Array(DateTime64(3)) COMMENT 'When the page was first open, by our clock' CODEC(Delta(8), ZSTD(1)),
    `PageTimes.Visits` Array(UInt32) COMMENT 'How often it was gone to' CODEC(ZSTD(1)),
    `PageTimes.Ms` Array(UInt64) COMMENT 'Milliseconds for which it was open and its tab not hidden' CODEC(ZSTD(1)),
    `Pages` UInt32 COMMENT 'Navigation events',
    `Clicks` UInt32 COMMENT 'Clicks, of light events or of the recording, whichever has more',
    `KeyPresses` UInt32 DEFAULT 0 COMMENT 'Changes of text in fields that are typed in; known once the recording is compacted',
    `RageClicks` UInt32 DEFAULT 0 COMMENT 'Bursts of at least 3 clicks within 1 s and 30 px',
    `DeadClicks` UInt32 DEFAULT 0 COMMENT 'Clicks after which nothing happened on the page',
    `Errors` UInt32 COMMENT 'Exceptions in the browser',
    `BackendErrors` UInt32 COMMENT 'Exceptions of services in the session\'s traces',
    `Requests` UInt32 COMMENT 'HTTP requests of the browser',
    `FailedRequests` UInt32 COMMENT 'Of these, with status 400 or above or none at all',
    `ConsoleErrors` UInt32 COMMENT 'Console messages of level error',
    `Traces` UInt32 COMMENT 'Traces the session belongs to',
    `Tabs` UInt32 COMMENT 'Recorder instances: page loads in browser tabs',
    `Chunks` UInt32 COMMENT 'Chunks of the recording',
    `Events` UInt32 COMMENT 'rrweb events',
    `Gaps` UInt32 COMMENT 'Holes in the order of chunks',
    `PayloadBytes` UInt64 COMMENT 'Stored bytes of the recording',
    `LooseChunks` UInt32 DEFAULT 0 COMMENT 'Chunks that still lie in packs; 0 once the session is compacted',
    `HasReplay` Bool COMMENT 'There is a full snapshot to start from',
    `Activity` Array(UInt32) COMMENT 'What happened in each of equal stretches of the session',
    `PreviousId` String COMMENT 'The session this browser had before' CODEC(ZSTD(1)),
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Resource attributes of the browser' CODEC(ZSTD(1)),
    `LastSeen` DateTime64(3) COMMENT 'Our clock when the last record came in',
    `ClockErrorMs` Int64 COMMENT 'How far the browser\'s clock was ahead of ours, negative for behind; 0 when it was right or nothing tells' CODEC(ZSTD(1)),
    `ClockErrors` Map(LowCardinality(String), Int64) COMMENT 'The same by tab, of tabs with an error; a record of the browser that names no tab goes by the key \'\'' CODEC(ZSTD(1)),
    `FinishAt` DateTime64(3) COMMENT 'When the session counts as finished if nothing more comes in, by our clock',
    `Version` UInt64 COMMENT 'Microseconds since the epoch of the computation; the highest wins',
    `IsDeleted` UInt8 DEFAULT 0 COMMENT 'A row that moved to another day or was erased',
    `SearchText` String MATERIALIZED lowerUTF8(concatWithSeparator('\n', UserId, UserName, UserEmail, ServiceName, arrayStringConcat(Urls, '\n'))) COMMENT 'User, service and pages in lower case, a line each, for free text; not among the columns of SELECT *' CODEC(ZSTD(1)),
    `UserText` String MATERIALIZED lowerUTF8(concatWithSeparator('\n', UserId, UserName, UserEmail)) COMMENT 'The user in lower case, a line each, for the list\'s user: and email:; not among the columns of SELECT *' CODEC(ZSTD(1)),
    INDEX idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_search_text SearchText TYPE ngrambf_v1(4, 32768, 3, 0) GRANULARITY 1,
    INDEX idx_search_text_six SearchText TYPE ngrambf_v1(6, 32768, 3, 0) GRANULARITY 1,
    INDEX idx_user_text UserText TYPE ngrambf_v1(4, 8192, 3, 0) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Version, IsDeleted)
PARTITION BY toYYYYMM(StartTime)
ORDER BY (toDate(StartTime), SessionId)
TTL toDateTime(LastSeen) + toIntervalDay(30)
SETTINGS index_granularity = 1024;

CREATE TABLE {{database}}.trace_exceptions
(
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `SpanId` String COMMENT 'Lower-case hex, empty when absent' CODEC(ZSTD(1)),
    `ExceptionId` UInt64 COMMENT 'Hash of type and message',
    `Timestamp` DateTime64(9) COMMENT 'By the sender\'s clock' CODEC(Delta(8), ZSTD(1)),
    `Name` LowCardinality(String) COMMENT 'Name of the span event or log event',
    `Type` LowCardinality(String) COMMENT 'exception.type',
    `Message` String COMMENT 'exception.message' CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name',
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Of the span event or log record, stack trace included' CODEC(ZSTD(1)),
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent it' CODEC(ZSTD(1)),
    `ReceivedAt` DateTime DEFAULT now() COMMENT 'Our clock as the row came in; retention counts from here' CODEC(Delta(4), ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (TraceId, SpanId, ExceptionId)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 512, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.trace_sessions
(
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1)),
    `SessionId` String COMMENT 'Session id, as the browser made it' CODEC(ZSTD(1)),
    `Tab` SimpleAggregateFunction(max, String) COMMENT 'Tab that began the trace, empty when unknown',
    `Start` SimpleAggregateFunction(min, DateTime64(9)) COMMENT 'First span or log of the session in this trace',
    `End` SimpleAggregateFunction(max, DateTime64(9)) COMMENT 'Last one',
    `ReceivedAt` SimpleAggregateFunction(max, DateTime) DEFAULT now() COMMENT 'Our clock as the last row came in; retention counts from here'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Start)
ORDER BY (TraceId, SessionId)
TTL ReceivedAt + toIntervalDay(30)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE {{database}}.trace_touched
(
    `TouchedAt` DateTime64(3) DEFAULT now64(3) COMMENT 'Our clock',
    `TraceId` String COMMENT 'Lower-case hex' CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfDay(TouchedAt)
ORDER BY (TouchedAt, TraceId)
TTL toDateTime(TouchedAt) + toIntervalDay(3)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1;

CREATE TABLE {{database}}.work_claims
(
    `Kind` LowCardinality(String) COMMENT 'What is done',
    `Key` String COMMENT 'To what, such as a session; empty for the whole project',
    `Worker` String COMMENT 'By whom',
    `ClaimedAt` DateTime64(6) COMMENT 'The earliest claim that has not lapsed holds',
    `ExpiresAt` DateTime64(3) COMMENT 'When it lapses unless it is renewed',
    `Version` UInt64 COMMENT 'Microseconds since the epoch of the last change; the highest wins'
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY (Kind, Key, Worker)
TTL toDateTime(ExpiresAt) + toIntervalDay(1)
SETTINGS index_granularity = 1024;

CREATE VIEW {{database}}.clicks
(
    `SessionId` String COMMENT 'Session id, as the browser made it',
    `Timestamp` DateTime64(9) COMMENT 'By the browser\'s clock: it may be wrong, see sessions.ClockErrors',
    `Kind` LowCardinality(String) COMMENT 'click, or what clicks are told to be: rage_click (several within 1 s and 30 px), dead_click (nothing came of it); these two come beside their clicks',
    `Text` String COMMENT 'Text of what was clicked, as far as it may be recorded',
    `Selector` String COMMENT 'CSS selector of what was clicked',
    `Tag` LowCardinality(String) COMMENT 'Tag name of what was clicked',
    `X` Float64 COMMENT 'CSS pixels from the left of the page',
    `Y` Float64 COMMENT 'CSS pixels from its top',
    `Url` String COMMENT 'Page that it happened on',
    `Path` String COMMENT 'Path of that page, without its query',
    `Tab` LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    `ServiceName` LowCardinality(String) COMMENT 'service.name of the browser application',
    `Release` LowCardinality(String) COMMENT 'service.version of the browser application',
    `UserId` String COMMENT 'user.id',
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the event',
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What the browser said about itself'
)
AS SELECT
    SessionId,
    Timestamp,
    Kind,
    Attributes['browser.element.text'] AS Text,
    if((Attributes['browser.css_selector']) != '', Attributes['browser.css_selector'], Attributes['target_xpath']) AS Selector,
    Attributes['browser.tag_name'] AS Tag,
    toFloat64OrZero(Attributes['browser.page.x']) AS X,
    toFloat64OrZero(Attributes['browser.page.y']) AS Y,
    Url,
    path(Url) AS Path,
    Tab,
    ServiceName,
    ResourceAttributes['service.version'] AS Release,
    UserId,
    Attributes,
    ResourceAttributes
FROM {{database}}.session_events
FINAL
WHERE Kind IN ('click', 'rage_click', 'dead_click');

CREATE VIEW {{database}}.exceptions
(
    `SessionId` String COMMENT 'Session that it belongs to by itself or through its trace; empty for a trace of no session',
    `Timestamp` DateTime64(9) COMMENT 'When it happened, by the clock of its sender: a browser\'s may be wrong, see sessions.ClockErrors',
    `Source` LowCardinality(String) COMMENT 'browser or backend',
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name',
    `Release` LowCardinality(String) COMMENT 'Resource attribute service.version',
    `Type` String COMMENT 'exception.type',
    `Message` String COMMENT 'exception.message',
    `Stacktrace` String COMMENT 'exception.stacktrace',
    `Url` String COMMENT 'Page that it happened on; empty in the backend',
    `Path` String COMMENT 'Path of that page, without its query',
    `Tab` String COMMENT 'Tab in which it happened, empty when unknown',
    `TraceId` String COMMENT 'Lower-case hex, empty when absent',
    `SpanId` String COMMENT 'Lower-case hex, empty when absent',
    `UserId` String COMMENT 'user.id, where the report has it',
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the span event or log record',
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent it'
)
AS SELECT
    SessionId,
    Timestamp,
    Source,
    ServiceName,
    Release,
    Type,
    Message,
    Attributes['exception.stacktrace'] AS Stacktrace,
    Url,
    path(Url) AS Path,
    Tab,
    TraceId,
    SpanId,
    UserId,
    Attributes,
    ResourceAttributes
FROM {{database}}.session_errors
FINAL
UNION ALL
SELECT
    pairs.SessionId AS SessionId,
    found.Timestamp AS Timestamp,
    'backend' AS Source,
    found.ServiceName AS ServiceName,
    found.ResourceAttributes['service.version'] AS Release,
    found.Type AS Type,
    found.Message AS Message,
    found.Attributes['exception.stacktrace'] AS Stacktrace,
    '' AS Url,
    '' AS Path,
    '' AS Tab,
    found.TraceId AS TraceId,
    found.SpanId AS SpanId,
    found.Attributes['user.id'] AS UserId,
    found.Attributes AS Attributes,
    found.ResourceAttributes AS ResourceAttributes
FROM
(
    SELECT *
    FROM {{database}}.trace_exceptions
    FINAL
) AS found
LEFT JOIN
(
    SELECT
        SessionId,
        TraceId
    FROM {{database}}.session_traces
    FINAL
) AS pairs ON found.TraceId = pairs.TraceId;

CREATE VIEW {{database}}.page_views
(
    `SessionId` String COMMENT 'Session id, as the browser made it',
    `Timestamp` DateTime64(9) COMMENT 'When the page was gone to, by the browser\'s clock: it may be wrong, see sessions.ClockErrors',
    `Url` String COMMENT 'Address of the page',
    `Host` String COMMENT 'Host of the address',
    `Path` String COMMENT 'Path of the address, without its query',
    `Title` String COMMENT 'Title of the document, where the sender gives it',
    `NavigationType` LowCardinality(String) COMMENT 'browser.navigation.type: how it was gone to',
    `Tab` LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    `ServiceName` LowCardinality(String) COMMENT 'service.name of the browser application',
    `Release` LowCardinality(String) COMMENT 'service.version of the browser application',
    `UserId` String COMMENT 'user.id',
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the event',
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What the browser said about itself'
)
AS SELECT
    SessionId,
    Timestamp,
    Url,
    domain(Url) AS Host,
    path(Url) AS Path,
    Attributes['browser.document.title'] AS Title,
    Attributes['browser.navigation.type'] AS NavigationType,
    Tab,
    ServiceName,
    ResourceAttributes['service.version'] AS Release,
    UserId,
    Attributes,
    ResourceAttributes
FROM {{database}}.session_events
FINAL
WHERE Kind = 'navigation';

CREATE VIEW {{database}}.requests
(
    `SessionId` String COMMENT 'Session id, as the browser made it',
    `Timestamp` DateTime64(9) COMMENT 'When the browser sent it, by its clock: it may be wrong, see sessions.ClockErrors',
    `Method` LowCardinality(String) COMMENT 'HTTP method',
    `Url` String COMMENT 'Address requested',
    `Host` String COMMENT 'Host of the address',
    `Path` String COMMENT 'Path of the address, without its query',
    `Status` UInt16 COMMENT 'HTTP status; 0 where there was no answer',
    `Failed` Bool COMMENT 'Status 400 or above, or no answer at all',
    `DurationMs` Float64 COMMENT 'As the browser saw it',
    `TraceId` String COMMENT 'Trace that the request began: its spans are in session_spans and otel_traces',
    `SpanId` String COMMENT 'Span of the request in the browser',
    `Tab` LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    `ServiceName` LowCardinality(String) COMMENT 'service.name of the browser application',
    `Release` LowCardinality(String) COMMENT 'service.version of the browser application',
    `UserId` String COMMENT 'user.id',
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the span',
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What the browser said about itself'
)
AS SELECT
    SessionId,
    Timestamp,
    if((Attributes['http.request.method']) != '', Attributes['http.request.method'], Attributes['http.method']) AS Method,
    Url,
    domain(Url) AS Host,
    path(Url) AS Path,
    Status,
    (Status >= 400) OR ((Status = 0) AND (Severity = 'ERROR')) AS Failed,
    Duration / 1000000 AS DurationMs,
    TraceId,
    SpanId,
    Tab,
    ServiceName,
    ResourceAttributes['service.version'] AS Release,
    UserId,
    Attributes,
    ResourceAttributes
FROM {{database}}.session_events
FINAL
WHERE Kind = 'request';

CREATE VIEW {{database}}.session_spans
(
    `SessionId` String COMMENT 'Session whose trace the span belongs to; a trace of two sessions is there for each',
    `Timestamp` DateTime64(9) COMMENT 'Start of the span, by the clock of its sender: a browser\'s may be wrong, see sessions.ClockErrors',
    `TraceId` String COMMENT 'Lower-case hex',
    `SpanId` String COMMENT 'Lower-case hex',
    `ParentSpanId` String COMMENT 'Lower-case hex, empty for a root',
    `SpanName` LowCardinality(String) COMMENT 'Name of the span',
    `SpanKind` LowCardinality(String) COMMENT 'Unspecified, Internal, Server, Client, Producer or Consumer',
    `ServiceName` LowCardinality(String) COMMENT 'Resource attribute service.name',
    `Duration` UInt64 COMMENT 'Nanoseconds; 0 where the span ended before it began',
    `StatusCode` LowCardinality(String) COMMENT 'Unset, Ok or Error',
    `StatusMessage` String COMMENT 'What the sender says about the status',
    `ScopeName` String COMMENT 'Instrumentation scope',
    `SpanAttributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the span',
    `ResourceAttributes` Map(LowCardinality(String), String) COMMENT 'What sent the span',
    `Events.Timestamp` Array(DateTime64(9)) COMMENT 'Span events: when',
    `Events.Name` Array(LowCardinality(String)) COMMENT 'Span events: what',
    `Events.Attributes` Array(Map(LowCardinality(String), String)) COMMENT 'Span events: their attributes'
)
AS SELECT
    pairs.SessionId AS SessionId,
    spans.Timestamp AS Timestamp,
    spans.TraceId AS TraceId,
    spans.SpanId AS SpanId,
    spans.ParentSpanId AS ParentSpanId,
    spans.SpanName AS SpanName,
    spans.SpanKind AS SpanKind,
    spans.ServiceName AS ServiceName,
    spans.Duration AS Duration,
    spans.StatusCode AS StatusCode,
    spans.StatusMessage AS StatusMessage,
    spans.ScopeName AS ScopeName,
    spans.SpanAttributes AS SpanAttributes,
    spans.ResourceAttributes AS ResourceAttributes,
    spans.Events.Timestamp AS `Events.Timestamp`,
    spans.Events.Name AS `Events.Name`,
    spans.Events.Attributes AS `Events.Attributes`
FROM {{database}}.otel_traces AS spans
INNER JOIN
(
    SELECT DISTINCT
        SessionId,
        TraceId
    FROM {{database}}.session_traces
) AS pairs ON spans.TraceId = pairs.TraceId;

CREATE VIEW {{database}}.web_vitals
(
    `SessionId` String COMMENT 'Session id, as the browser made it',
    `Timestamp` DateTime64(9) COMMENT 'When it was last reported, by the browser\'s clock: it may be wrong, see sessions.ClockErrors',
    `Name` LowCardinality(String) COMMENT 'LCP, INP, CLS, FCP, TTFB or FID',
    `Value` Float64 COMMENT 'Milliseconds; of CLS a number without unit',
    `Rating` LowCardinality(String) COMMENT 'good, needs-improvement or poor, where the sender says so',
    `NavigationType` LowCardinality(String) COMMENT 'How the page was gone to',
    `Url` String COMMENT 'Page that was measured',
    `Path` String COMMENT 'Path of that page, without its query',
    `Tab` LowCardinality(String) COMMENT 'Tab in which it happened, empty when unknown',
    `ServiceName` LowCardinality(String) COMMENT 'service.name of the browser application',
    `Release` LowCardinality(String) COMMENT 'service.version of the browser application',
    `UserId` String COMMENT 'user.id',
    `Attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the last report, attribution included'
)
AS SELECT
    SessionId,
    max(at) AS Timestamp,
    vital AS Name,
    argMax(value, at) AS Value,
    argMax(rating, at) AS Rating,
    argMax(kind_of_navigation, at) AS NavigationType,
    argMax(page, at) AS Url,
    path(argMax(page, at)) AS Path,
    tab AS Tab,
    argMax(service, at) AS ServiceName,
    argMax(release, at) AS Release,
    argMax(user, at) AS UserId,
    argMax(attributes, at) AS Attributes
FROM
(
    SELECT
        SessionId,
        Timestamp AS at,
        Tab AS tab,
        Url AS page,
        ServiceName AS service,
        UserId AS user,
        Attributes AS attributes,
        ResourceAttributes['service.version'] AS release,
        substring(Title, 1, position(Title, ' ') - 1) AS vital,
        toFloat64OrZero(substring(Title, position(Title, ' ') + 1)) AS value,
        Attributes['browser.web_vital.rating'] AS rating,
        Attributes['browser.web_vital.navigation_type'] AS kind_of_navigation,
        if((Attributes['browser.web_vital.id']) != '', Attributes['browser.web_vital.id'], toString(EventId)) AS id
    FROM {{database}}.session_events
    FINAL
    WHERE Kind = 'vital'
)
GROUP BY
    SessionId,
    tab,
    vital,
    id;

CREATE MATERIALIZED VIEW {{database}}.otel_traces_trace_id_ts_mv TO {{database}}.otel_traces_trace_id_ts
(
    `TraceId` String,
    `Start` DateTime,
    `End` DateTime
)
AS SELECT
    TraceId,
    min(toDateTime(Timestamp)) AS Start,
    max(toDateTime(Timestamp)) AS End
FROM {{database}}.otel_traces
WHERE TraceId != ''
GROUP BY TraceId;

CREATE MATERIALIZED VIEW {{database}}.passed_spans_mv TO {{database}}.passed_spans
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `TraceId` String,
    `SpanId` String,
    `ParentSpanId` String,
    `SpanName` LowCardinality(String),
    `SpanKind` LowCardinality(String),
    `ServiceName` LowCardinality(String),
    `ScopeName` String,
    `Duration` UInt64,
    `StatusCode` LowCardinality(String),
    `SpanAttributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String),
    `Events.Timestamp` Array(DateTime64(9)),
    `Events.Name` Array(LowCardinality(String)),
    `Events.Attributes` Array(Map(LowCardinality(String), String))
)
AS SELECT
    SessionId,
    Timestamp,
    TraceId,
    SpanId,
    ParentSpanId,
    SpanName,
    SpanKind,
    ServiceName,
    ScopeName,
    Duration,
    StatusCode,
    SpanAttributes,
    ResourceAttributes,
    Events.Timestamp,
    Events.Name,
    Events.Attributes
FROM {{database}}.otel_traces
WHERE (SessionId != '') OR has(Events.Name, 'exception');

CREATE MATERIALIZED VIEW {{database}}.session_errors_from_events TO {{database}}.session_errors
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `EventId` UInt64,
    `Source` LowCardinality(String),
    `Title` String,
    `Tab` LowCardinality(String),
    `Url` String,
    `ServiceName` LowCardinality(String),
    `Release` String,
    `TraceId` String,
    `SpanId` String,
    `UserId` String,
    `Type` String,
    `Message` String,
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String),
    `ObservedTimestamp` DateTime64(3),
    `ReceivedAt` DateTime64(3)
)
AS SELECT
    SessionId,
    Timestamp,
    EventId,
    Source,
    Title,
    Tab,
    Url,
    ServiceName,
    ResourceAttributes['service.version'] AS Release,
    TraceId,
    SpanId,
    UserId,
    if((Attributes['exception.type']) != '', Attributes['exception.type'], Attributes['error.object']) AS Type,
    multiIf((Attributes['exception.message']) != '', Attributes['exception.message'], (Attributes['message']) != '', Attributes['message'], Attributes['error.message']) AS Message,
    Attributes,
    ResourceAttributes,
    ObservedTimestamp,
    ReceivedAt
FROM {{database}}.session_events
WHERE (Kind = 'error') OR ((Kind = 'backend_error') AND (TraceId = ''));

CREATE MATERIALIZED VIEW {{database}}.session_events_from_logs TO {{database}}.session_events
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `EventId` UInt64,
    `Kind` String,
    `Source` String,
    `Name` String,
    `Title` String,
    `Severity` String,
    `Status` UInt8,
    `Duration` UInt8,
    `Tab` String,
    `Url` String,
    `ServiceName` LowCardinality(String),
    `TraceId` String,
    `SpanId` String,
    `UserId` String,
    `UserName` String,
    `UserEmail` String,
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String),
    `ObservedTimestamp` DateTime64(9)
)
AS WITH
    if(EventName != '', EventName, LogAttributes['event.name']) AS name,
    if((ScopeName IN ('otel_replay.browser', 'otel_replay.recorder')) OR ((ResourceAttributes['telemetry.sdk.language']) = 'webjs') OR ((ResourceAttributes['browser.language']) != ''), 'browser', 'backend') AS source,
    multiIf((name = 'exception') OR (name LIKE '%.exception'), if(source = 'browser', 'error', 'backend_error'), name = 'browser.navigation', 'navigation', name = 'browser.user_action.click', 'click', name = 'browser.user_action.rage_click', 'rage_click', name = 'browser.user_action.dead_click', 'dead_click', name = 'browser.console', 'console', name = 'browser.web_vital', 'vital', (name IN ('session.start', 'session.end', 'session.identify')), 'session', name = 'session.replay.dropped', 'dropped', (name != '') AND (source = 'browser'), 'custom', 'log') AS kind
SELECT
    SessionId,
    Timestamp,
    cityHash64(name, Body, TraceId, SpanId, mapKeys(LogAttributes), mapValues(LogAttributes)) AS EventId,
    kind AS Kind,
    source AS Source,
    name AS Name,
    multiIf((kind IN ('error', 'backend_error')), if((LogAttributes['exception.message']) = '', LogAttributes['exception.type'], concat(LogAttributes['exception.type'], ': ', LogAttributes['exception.message'])), kind = 'navigation', LogAttributes['url.full'], (kind IN ('click', 'rage_click', 'dead_click')), if((LogAttributes['browser.element.text']) = '', LogAttributes['browser.css_selector'], LogAttributes['browser.element.text']), (kind IN ('console', 'log')), Body, kind = 'vital', concat(LogAttributes['browser.web_vital.name'], ' ', LogAttributes['browser.web_vital.value']), kind = 'dropped', LogAttributes['session.replay.dropped.reason'], name) AS Title,
    multiIf(SeverityNumber = 0, '', SeverityNumber <= 4, 'TRACE', SeverityNumber <= 8, 'DEBUG', SeverityNumber <= 12, 'INFO', SeverityNumber <= 16, 'WARN', SeverityNumber <= 20, 'ERROR', 'FATAL') AS Severity,
    0 AS Status,
    0 AS Duration,
    LogAttributes['session.replay.tab'] AS Tab,
    LogAttributes['url.full'] AS Url,
    ServiceName,
    TraceId,
    SpanId,
    LogAttributes['user.id'] AS UserId,
    if((LogAttributes['user.full_name']) = '', LogAttributes['user.name'], LogAttributes['user.full_name']) AS UserName,
    LogAttributes['user.email'] AS UserEmail,
    LogAttributes AS Attributes,
    ResourceAttributes,
    ObservedTimestamp
FROM {{database}}.session_logs
WHERE (SessionId != '') AND (ScopeName != 'rum.rr-web') AND (EventName != 'session.replay.chunk');

CREATE MATERIALIZED VIEW {{database}}.session_events_from_requests TO {{database}}.session_events
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `EventId` UInt64,
    `Kind` String,
    `Source` String,
    `Name` LowCardinality(String),
    `Title` String,
    `Severity` String,
    `Status` UInt16,
    `Duration` UInt64,
    `Tab` String,
    `Url` String,
    `ServiceName` LowCardinality(String),
    `TraceId` String,
    `SpanId` String,
    `UserId` String,
    `UserName` String,
    `UserEmail` String,
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
AS WITH
    if((SpanAttributes['http.request.method']) != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']) AS method,
    if((SpanAttributes['url.full']) != '', SpanAttributes['url.full'], SpanAttributes['http.url']) AS url,
    if((SpanAttributes['http.response.status_code']) != '', SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code']) AS status
SELECT
    SessionId,
    Timestamp,
    cityHash64(TraceId, SpanId) AS EventId,
    'request' AS Kind,
    'browser' AS Source,
    SpanName AS Name,
    concat(method, ' ', if(path(url) = '', url, path(url))) AS Title,
    if(StatusCode = 'Error', 'ERROR', 'INFO') AS Severity,
    toUInt16OrZero(status) AS Status,
    Duration,
    multiIf((SpanAttributes['session.replay.tab']) != '', SpanAttributes['session.replay.tab'], (ResourceAttributes['rum.scriptInstance']) != '', ResourceAttributes['rum.scriptInstance'], ResourceAttributes['splunk.scriptInstance']) AS Tab,
    url AS Url,
    ServiceName,
    TraceId,
    SpanId,
    multiIf((SpanAttributes['user.id']) != '', SpanAttributes['user.id'], (SpanAttributes['userId']) != '', SpanAttributes['userId'], SpanAttributes['enduser.id']) AS UserId,
    multiIf((SpanAttributes['user.full_name']) != '', SpanAttributes['user.full_name'], (SpanAttributes['user.name']) != '', SpanAttributes['user.name'], SpanAttributes['userName']) AS UserName,
    if((SpanAttributes['user.email']) != '', SpanAttributes['user.email'], SpanAttributes['userEmail']) AS UserEmail,
    SpanAttributes AS Attributes,
    ResourceAttributes
FROM {{database}}.passed_spans
WHERE (SessionId != '') AND (SpanKind = 'Client') AND (method != '') AND ((ScopeName IN ('otel_replay.browser', 'otel_replay.recorder')) OR ((ResourceAttributes['telemetry.sdk.language']) = 'webjs') OR ((ResourceAttributes['browser.language']) != ''));

CREATE MATERIALIZED VIEW {{database}}.session_events_from_rum TO {{database}}.session_events
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `EventId` UInt64,
    `Kind` String,
    `Source` String,
    `Name` LowCardinality(String),
    `Title` String,
    `Severity` String,
    `Status` UInt8,
    `Duration` UInt8,
    `Tab` String,
    `Url` String,
    `ServiceName` LowCardinality(String),
    `TraceId` String,
    `SpanId` String,
    `UserId` String,
    `UserName` String,
    `UserEmail` String,
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
AS WITH
    if((ResourceAttributes['rum.scriptInstance']) != '', ResourceAttributes['rum.scriptInstance'], ResourceAttributes['splunk.scriptInstance']) AS tab,
    SpanAttributes['component'] AS component,
    arrayFirst(vital -> mapContains(SpanAttributes, vital), ['lcp', 'fcp', 'inp', 'cls', 'ttfb', 'fid']) AS vital,
    if((SpanAttributes['message']) != '', SpanAttributes['message'], SpanAttributes['error.message']) AS message,
    multiIf((component = 'console') OR ((component = 'error') AND (SpanName = 'console.error')), 'console', component = 'error', 'error', (component = 'user-interaction') AND (SpanName = 'click'), 'click', (SpanName IN ('routeChange', 'documentLoad')), 'navigation', SpanName = 'webvitals', 'vital', '') AS kind
SELECT
    SessionId,
    Timestamp,
    cityHash64(TraceId, SpanId) AS EventId,
    kind AS Kind,
    'browser' AS Source,
    SpanName AS Name,
    multiIf(kind = 'console', message, kind = 'error', if((SpanAttributes['error.object']) = '', message, concat(SpanAttributes['error.object'], ': ', message)), kind = 'click', SpanAttributes['target_xpath'], kind = 'vital', concat(upper(vital), ' ', SpanAttributes[vital]), SpanAttributes['location.href']) AS Title,
    multiIf((component = 'error') OR ((SpanAttributes['level']) = 'error'), 'ERROR', (SpanAttributes['level']) = 'warn', 'WARN', (SpanAttributes['level']) = 'debug', 'DEBUG', kind = 'console', 'INFO', '') AS Severity,
    0 AS Status,
    0 AS Duration,
    tab AS Tab,
    SpanAttributes['location.href'] AS Url,
    ServiceName,
    TraceId,
    SpanId,
    multiIf((SpanAttributes['user.id']) != '', SpanAttributes['user.id'], (SpanAttributes['userId']) != '', SpanAttributes['userId'], SpanAttributes['enduser.id']) AS UserId,
    multiIf((SpanAttributes['user.full_name']) != '', SpanAttributes['user.full_name'], (SpanAttributes['user.name']) != '', SpanAttributes['user.name'], SpanAttributes['userName']) AS UserName,
    if((SpanAttributes['user.email']) != '', SpanAttributes['user.email'], SpanAttributes['userEmail']) AS UserEmail,
    SpanAttributes AS Attributes,
    ResourceAttributes
FROM {{database}}.passed_spans
WHERE (SessionId != '') AND (tab != '') AND (kind != '') AND (NOT ((kind = 'click') AND (ParentSpanId != ''))) AND (NOT ((kind = 'error') AND has(Events.Name, 'exception')));

CREATE MATERIALIZED VIEW {{database}}.session_events_from_span_exceptions TO {{database}}.session_events
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `EventId` UInt64,
    `Kind` String,
    `Source` String,
    `Name` LowCardinality(String),
    `Title` String,
    `Severity` String,
    `Status` UInt8,
    `Duration` UInt8,
    `Tab` String,
    `Url` String,
    `ServiceName` LowCardinality(String),
    `TraceId` String,
    `SpanId` String,
    `UserId` String,
    `UserName` String,
    `UserEmail` String,
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
AS WITH
    if(((ScopeName IN ('otel_replay.browser', 'otel_replay.recorder')) OR ((ResourceAttributes['telemetry.sdk.language']) = 'webjs') OR ((ResourceAttributes['browser.language']) != '')), 'browser', 'backend') AS source
SELECT
    SessionId,
    event_time AS Timestamp,
    cityHash64(TraceId, SpanId, event_name, mapValues(event_attributes)) AS EventId,
    if(source = 'browser', 'error', 'backend_error') AS Kind,
    source AS Source,
    event_name AS Name,
    if((event_attributes['exception.message']) = '', event_attributes['exception.type'], concat(event_attributes['exception.type'], ': ', event_attributes['exception.message'])) AS Title,
    'ERROR' AS Severity,
    0 AS Status,
    0 AS Duration,
    multiIf((SpanAttributes['session.replay.tab']) != '', SpanAttributes['session.replay.tab'], (ResourceAttributes['rum.scriptInstance']) != '', ResourceAttributes['rum.scriptInstance'], ResourceAttributes['splunk.scriptInstance']) AS Tab,
    if((SpanAttributes['url.full']) != '', SpanAttributes['url.full'], SpanAttributes['location.href']) AS Url,
    ServiceName,
    TraceId,
    SpanId,
    multiIf((SpanAttributes['user.id']) != '', SpanAttributes['user.id'], (SpanAttributes['userId']) != '', SpanAttributes['userId'], SpanAttributes['enduser.id']) AS UserId,
    multiIf((SpanAttributes['user.full_name']) != '', SpanAttributes['user.full_name'], (SpanAttributes['user.name']) != '', SpanAttributes['user.name'], SpanAttributes['userName']) AS UserName,
    if((SpanAttributes['user.email']) != '', SpanAttributes['user.email'], SpanAttributes['userEmail']) AS UserEmail,
    event_attributes AS Attributes,
    ResourceAttributes
FROM {{database}}.passed_spans
ARRAY JOIN
    Events.Timestamp AS event_time,
    Events.Name AS event_name,
    Events.Attributes AS event_attributes
WHERE (SessionId != '') AND (event_name = 'exception');

CREATE MATERIALIZED VIEW {{database}}.session_logs_mv TO {{database}}.session_logs
(
    `SessionId` String,
    `Timestamp` DateTime64(9),
    `ObservedTimestamp` DateTime64(9),
    `TraceId` String,
    `SpanId` String,
    `SeverityNumber` UInt8,
    `ServiceName` LowCardinality(String),
    `Body` String,
    `ScopeName` String,
    `EventName` String,
    `LogAttributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
AS SELECT
    SessionId,
    Timestamp,
    ObservedTimestamp,
    TraceId,
    SpanId,
    SeverityNumber,
    ServiceName,
    Body,
    ScopeName,
    EventName,
    LogAttributes,
    ResourceAttributes
FROM {{database}}.otel_logs
WHERE (SessionId != '') OR endsWith(EventName, 'exception') OR endsWith(LogAttributes['event.name'], 'exception');

CREATE MATERIALIZED VIEW {{database}}.session_touched_by_chunks TO {{database}}.session_touched
(
    `TouchedAt` DateTime64(3),
    `SessionId` String
)
AS SELECT
    now64(3) AS TouchedAt,
    SessionId
FROM {{database}}.replay_chunks
GROUP BY SessionId;

CREATE MATERIALIZED VIEW {{database}}.session_touched_by_events TO {{database}}.session_touched
(
    `TouchedAt` DateTime64(3),
    `SessionId` String
)
AS SELECT
    now64(3) AS TouchedAt,
    SessionId
FROM {{database}}.session_events
GROUP BY SessionId;

CREATE MATERIALIZED VIEW {{database}}.session_touched_by_traces TO {{database}}.session_touched
(
    `TouchedAt` DateTime64(3),
    `SessionId` String
)
AS SELECT
    now64(3) AS TouchedAt,
    SessionId
FROM {{database}}.session_traces
GROUP BY SessionId;

CREATE MATERIALIZED VIEW {{database}}.session_traces_from_logs TO {{database}}.session_traces
(
    `SessionId` String,
    `TraceId` String,
    `Start` DateTime64(9),
    `End` DateTime64(9)
)
AS SELECT
    SessionId,
    TraceId,
    min(Timestamp) AS Start,
    max(Timestamp) AS End
FROM {{database}}.session_logs
WHERE (SessionId != '') AND (TraceId != '')
GROUP BY
    SessionId,
    TraceId;

CREATE MATERIALIZED VIEW {{database}}.session_traces_from_spans TO {{database}}.session_traces
(
    `SessionId` String,
    `TraceId` String,
    `Start` DateTime64(9),
    `End` DateTime64(9)
)
AS SELECT
    SessionId,
    TraceId,
    min(Timestamp) AS Start,
    max(Timestamp) AS End
FROM {{database}}.passed_spans
WHERE (SessionId != '') AND (TraceId != '')
GROUP BY
    SessionId,
    TraceId;

CREATE MATERIALIZED VIEW {{database}}.trace_exceptions_from_logs TO {{database}}.trace_exceptions
(
    `TraceId` String,
    `SpanId` String,
    `ExceptionId` UInt64,
    `Timestamp` DateTime64(9),
    `Name` String,
    `Type` String,
    `Message` String,
    `ServiceName` LowCardinality(String),
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
AS WITH
    if(EventName != '', EventName, LogAttributes['event.name']) AS event_name
SELECT
    TraceId,
    SpanId,
    cityHash64(Type, Message) AS ExceptionId,
    Timestamp,
    event_name AS Name,
    LogAttributes['exception.type'] AS Type,
    LogAttributes['exception.message'] AS Message,
    ServiceName,
    LogAttributes AS Attributes,
    ResourceAttributes
FROM {{database}}.session_logs
WHERE (TraceId != '') AND ((event_name = 'exception') OR (event_name LIKE '%.exception')) AND (NOT ((ScopeName IN ('otel_replay.browser', 'otel_replay.recorder')) OR ((ResourceAttributes['telemetry.sdk.language']) = 'webjs') OR ((ResourceAttributes['browser.language']) != '')));

CREATE MATERIALIZED VIEW {{database}}.trace_exceptions_from_spans TO {{database}}.trace_exceptions
(
    `TraceId` String,
    `SpanId` String,
    `ExceptionId` UInt64,
    `Timestamp` DateTime64(9),
    `Name` LowCardinality(String),
    `Type` String,
    `Message` String,
    `ServiceName` LowCardinality(String),
    `Attributes` Map(LowCardinality(String), String),
    `ResourceAttributes` Map(LowCardinality(String), String)
)
AS SELECT
    TraceId,
    SpanId,
    cityHash64(Type, Message) AS ExceptionId,
    event_time AS Timestamp,
    event_name AS Name,
    event_attributes['exception.type'] AS Type,
    event_attributes['exception.message'] AS Message,
    ServiceName,
    event_attributes AS Attributes,
    ResourceAttributes
FROM {{database}}.passed_spans
ARRAY JOIN
    Events.Timestamp AS event_time,
    Events.Name AS event_name,
    Events.Attributes AS event_attributes
WHERE (TraceId != '') AND (event_name = 'exception') AND (NOT ((ScopeName IN ('otel_replay.browser', 'otel_replay.recorder')) OR ((ResourceAttributes['telemetry.sdk.language']) = 'webjs') OR ((ResourceAttributes['browser.language']) != '')));

CREATE MATERIALIZED VIEW {{database}}.trace_sessions_from_logs TO {{database}}.trace_sessions
(
    `TraceId` String,
    `SessionId` String,
    `Tab` String,
    `Start` DateTime64(9),
    `End` DateTime64(9)
)
AS SELECT
    TraceId,
    SessionId,
    max(LogAttributes['session.replay.tab']) AS Tab,
    min(Timestamp) AS Start,
    max(Timestamp) AS End
FROM {{database}}.session_logs
WHERE (SessionId != '') AND (TraceId != '')
GROUP BY
    TraceId,
    SessionId;

CREATE MATERIALIZED VIEW {{database}}.trace_sessions_from_spans TO {{database}}.trace_sessions
(
    `TraceId` String,
    `SessionId` String,
    `Tab` String,
    `Start` DateTime64(9),
    `End` DateTime64(9)
)
AS SELECT
    TraceId,
    SessionId,
    max(SpanAttributes['session.replay.tab']) AS Tab,
    min(Timestamp) AS Start,
    max(Timestamp) AS End
FROM {{database}}.passed_spans
WHERE (SessionId != '') AND (TraceId != '')
GROUP BY
    TraceId,
    SessionId;

CREATE MATERIALIZED VIEW {{database}}.trace_touched_by_exceptions TO {{database}}.trace_touched
(
    `TouchedAt` DateTime64(3),
    `TraceId` String
)
AS SELECT
    now64(3) AS TouchedAt,
    TraceId
FROM {{database}}.trace_exceptions
GROUP BY TraceId;

-- The Collector's clickhouseexporter writes these tables unchanged: its columns keep their names and the types of v0.151, ours have defaults.
-- Later versions make their own tables with whole seconds; their inserts fit nanoseconds too.
CREATE TABLE IF NOT EXISTS otel_metrics_gauge
(
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the metric',
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)) COMMENT 'Attributes of the scope that the sender left out',
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    MetricName String CODEC(ZSTD(1)) COMMENT 'Name of the metric',
    MetricDescription String CODEC(ZSTD(1)) COMMENT 'What it measures, as the sender says',
    MetricUnit String CODEC(ZSTD(1)) COMMENT 'UCUM unit, as ms or By',
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series',
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'Since when it is counted; 1970 where the sender does not say',
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'When it was measured, by the sender''s clock',
    Value Float64 CODEC(ZSTD(1)) COMMENT 'The measured value; integers too',
    Flags UInt32 CODEC(ZSTD(1)) COMMENT '1: no value was recorded, what the point says is void',
    Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String) CODEC(ZSTD(1)) COMMENT 'Single measurements, with the span they were made in',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS otel_metrics_sum
(
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the metric',
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)) COMMENT 'Attributes of the scope that the sender left out',
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    MetricName String CODEC(ZSTD(1)) COMMENT 'Name of the metric',
    MetricDescription String CODEC(ZSTD(1)) COMMENT 'What it measures, as the sender says',
    MetricUnit String CODEC(ZSTD(1)) COMMENT 'UCUM unit, as ms or By',
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series',
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'Since when it is counted; 1970 where the sender does not say',
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'When it was measured, by the sender''s clock',
    Value Float64 CODEC(ZSTD(1)) COMMENT 'The measured value; integers too',
    Flags UInt32 CODEC(ZSTD(1)) COMMENT '1: no value was recorded, what the point says is void',
    Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String) CODEC(ZSTD(1)) COMMENT 'Single measurements, with the span they were made in',
    AggregationTemporality Int32 CODEC(ZSTD(1)) COMMENT '1: since the point before (delta), 2: since StartTimeUnix (cumulative), 0: not said',
    IsMonotonic Bool CODEC(Delta(1), ZSTD(1)) COMMENT 'Whether it never goes down but by a restart',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS otel_metrics_summary
(
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the metric',
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)) COMMENT 'Attributes of the scope that the sender left out',
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    MetricName String CODEC(ZSTD(1)) COMMENT 'Name of the metric',
    MetricDescription String CODEC(ZSTD(1)) COMMENT 'What it measures, as the sender says',
    MetricUnit String CODEC(ZSTD(1)) COMMENT 'UCUM unit, as ms or By',
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series',
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'Since when it is counted; 1970 where the sender does not say',
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'When it was measured, by the sender''s clock',
    Count UInt64 CODEC(Delta(8), ZSTD(1)) COMMENT 'Number of measurements',
    Sum Float64 CODEC(ZSTD(1)) COMMENT 'Sum of the measurements; 0 where the sender gives none',
    ValueAtQuantiles Nested (Quantile Float64, Value Float64) CODEC(ZSTD(1)) COMMENT 'Quantiles, 0 to 1, and their values',
    Flags UInt32 CODEC(ZSTD(1)) COMMENT '1: no value was recorded, what the point says is void',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS otel_metrics_histogram
(
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the metric',
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)) COMMENT 'Attributes of the scope that the sender left out',
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    MetricName String CODEC(ZSTD(1)) COMMENT 'Name of the metric',
    MetricDescription String CODEC(ZSTD(1)) COMMENT 'What it measures, as the sender says',
    MetricUnit String CODEC(ZSTD(1)) COMMENT 'UCUM unit, as ms or By',
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series',
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'Since when it is counted; 1970 where the sender does not say',
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'When it was measured, by the sender''s clock',
    Count UInt64 CODEC(Delta(8), ZSTD(1)) COMMENT 'Number of measurements',
    Sum Float64 CODEC(ZSTD(1)) COMMENT 'Sum of the measurements; 0 where the sender gives none',
    BucketCounts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'Measurements per bucket: one more than there are bounds',
    ExplicitBounds Array(Float64) CODEC(ZSTD(1)) COMMENT 'Upper bounds of the buckets, the last one''s left out',
    Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String) CODEC(ZSTD(1)) COMMENT 'Single measurements, with the span they were made in',
    Flags UInt32 CODEC(ZSTD(1)) COMMENT '1: no value was recorded, what the point says is void',
    Min Float64 CODEC(ZSTD(1)) COMMENT 'Smallest measurement; 0 where the sender gives none',
    Max Float64 CODEC(ZSTD(1)) COMMENT 'Biggest measurement; 0 where the sender gives none',
    AggregationTemporality Int32 CODEC(ZSTD(1)) COMMENT '1: since the point before (delta), 2: since StartTimeUnix (cumulative), 0: not said',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS otel_metrics_exponential_histogram
(
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'What sent the metric',
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)) COMMENT 'Instrumentation scope',
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)) COMMENT 'Attributes of the scope that the sender left out',
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'Resource attribute service.name',
    MetricName String CODEC(ZSTD(1)) COMMENT 'Name of the metric',
    MetricDescription String CODEC(ZSTD(1)) COMMENT 'What it measures, as the sender says',
    MetricUnit String CODEC(ZSTD(1)) COMMENT 'UCUM unit, as ms or By',
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'Attributes of the point; with them, resource and scope, the name is one series',
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'Since when it is counted; 1970 where the sender does not say',
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)) COMMENT 'When it was measured, by the sender''s clock',
    Count UInt64 CODEC(Delta(8), ZSTD(1)) COMMENT 'Number of measurements',
    Sum Float64 CODEC(ZSTD(1)) COMMENT 'Sum of the measurements; 0 where the sender gives none',
    Scale Int32 CODEC(ZSTD(1)) COMMENT 'Bucket i reaches from base^i to base^(i+1), base being 2^(2^-Scale)',
    ZeroCount UInt64 CODEC(ZSTD(1)) COMMENT 'Measurements that are zero, or nearer to it than ZeroThreshold',
    PositiveOffset Int32 CODEC(ZSTD(1)) COMMENT 'Index i of the first positive bucket',
    PositiveBucketCounts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'Measurements per positive bucket',
    NegativeOffset Int32 CODEC(ZSTD(1)) COMMENT 'Index i of the first negative bucket',
    NegativeBucketCounts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'Measurements per negative bucket',
    Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String) CODEC(ZSTD(1)) COMMENT 'Single measurements, with the span they were made in',
    Flags UInt32 CODEC(ZSTD(1)) COMMENT '1: no value was recorded, what the point says is void',
    Min Float64 CODEC(ZSTD(1)) COMMENT 'Smallest measurement; 0 where the sender gives none',
    Max Float64 CODEC(ZSTD(1)) COMMENT 'Biggest measurement; 0 where the sender gives none',
    AggregationTemporality Int32 CODEC(ZSTD(1)) COMMENT '1: since the point before (delta), 2: since StartTimeUnix (cumulative), 0: not said',
    ZeroThreshold Float64 DEFAULT 0 CODEC(ZSTD(1)) COMMENT 'Half the width of the zero bucket',
    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'Our clock as the row came in; retention counts from here, so a sender''s wrong clock loses nothing',
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)
TTL ReceivedAt + INTERVAL 30 DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1

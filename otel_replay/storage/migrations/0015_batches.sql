-- Which batch a row came with, so that it can be counted whether all of a batch is there. The inserter gives it as log_comment:
-- a setting that ClickHouse only passes on, and which other programs' inserts may leave out.
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert';

ALTER TABLE otel_logs ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert';

ALTER TABLE otel_metrics_gauge ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert';

ALTER TABLE otel_metrics_sum ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert';

ALTER TABLE otel_metrics_summary ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert';

ALTER TABLE otel_metrics_histogram ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert';

ALTER TABLE otel_metrics_exponential_histogram ADD COLUMN IF NOT EXISTS Batch LowCardinality(String) MATERIALIZED getSetting('log_comment') CODEC(ZSTD(1)) COMMENT 'Token of the batch that the row was stored with; empty for what other programs insert'

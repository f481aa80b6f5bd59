-- How many of the latest blocks each table remembers: a batch that is inserted again under its token is stored once.
-- Only for tables that would keep a second copy: in all others copies merge away. Replicated tables remember by themselves.
ALTER TABLE otel_traces MODIFY SETTING non_replicated_deduplication_window = 10000;

ALTER TABLE otel_logs MODIFY SETTING non_replicated_deduplication_window = 10000;

ALTER TABLE otel_metrics_gauge MODIFY SETTING non_replicated_deduplication_window = 10000;

ALTER TABLE otel_metrics_sum MODIFY SETTING non_replicated_deduplication_window = 10000;

ALTER TABLE otel_metrics_summary MODIFY SETTING non_replicated_deduplication_window = 10000;

ALTER TABLE otel_metrics_histogram MODIFY SETTING non_replicated_deduplication_window = 10000;

ALTER TABLE otel_metrics_exponential_histogram MODIFY SETTING non_replicated_deduplication_window = 10000

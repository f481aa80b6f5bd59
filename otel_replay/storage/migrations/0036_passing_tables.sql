-- Two tables hold no rows, which people who write SQL should learn before they ask them.
ALTER TABLE session_logs MODIFY COMMENT 'Holds no rows: passes log records on to the views that fill the tables of sessions. Read otel_logs or session_events';

ALTER TABLE passed_spans MODIFY COMMENT 'Holds no rows: passes spans on to the views that fill the tables of sessions. Read session_spans or otel_traces'

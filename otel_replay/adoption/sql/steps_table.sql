CREATE TABLE IF NOT EXISTS otel_replay_adoption
(
    Step String COMMENT 'Table, time and slice of rows that the tables of sessions were filled from',
    DoneAt DateTime DEFAULT now() COMMENT 'Our clock'
)
ENGINE = ReplacingMergeTree
ORDER BY Step
COMMENT 'Steps that otel-replay migrate --adopt has done; it may be dropped afterwards'

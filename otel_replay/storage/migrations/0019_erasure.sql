-- Sessions that were erased. The row stays, so that what comes of them late, from a browser, a spool, a backup or a worker that
-- was at it, is known and goes as well. A session's id is random and tells nothing once all else is gone.
CREATE TABLE IF NOT EXISTS erased_sessions
(
    SessionId String CODEC(ZSTD(1)),
    ErasedAt DateTime64(3) COMMENT 'Our clock as the erasure began',
    ErasureId String COMMENT 'Row of erasures; empty for one that went with its user'
)
ENGINE = ReplacingMergeTree(ErasedAt)
ORDER BY SessionId
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

-- Users that were erased: a session of theirs that began before goes as well when it comes late.
CREATE TABLE IF NOT EXISTS erased_users
(
    UserHash String COMMENT 'SHA-256 of the project''s salt and the user''s id, hexadecimal',
    ErasedAt DateTime64(3) COMMENT 'Our clock as the erasure began; sessions that begin later stay',
    ErasureId String COMMENT 'Row of erasures'
)
ENGINE = ReplacingMergeTree(ErasedAt)
ORDER BY UserHash
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

-- The record of erasures: what was asked, by whom, and what was done.
CREATE TABLE IF NOT EXISTS erasures
(
    ErasureId String,
    AskedAt DateTime64(3) COMMENT 'Our clock',
    AskedBy String COMMENT 'User of the operating system, or api for a program that has the token',
    Kind LowCardinality(String) COMMENT 'session, user or before',
    Subject String COMMENT 'The session''s id, the hash of the user''s id as in erased_users, or the time',
    State LowCardinality(String) COMMENT 'started or done; a worker takes up what was started and not done',
    DoneAt DateTime64(3) COMMENT 'Our clock; 1970-01-01 until then',
    Sessions UInt64 COMMENT 'How many were erased',
    Report String COMMENT 'What was erased, as JSON: rows by table, blobs, bytes',
    Version UInt64 COMMENT 'Microseconds since the epoch of the last change; the highest wins'
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY (AskedAt, ErasureId)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

-- What can be changed at run time, and what each project has of its own.
CREATE TABLE IF NOT EXISTS project_settings
(
    Name LowCardinality(String) COMMENT 'retention_replay, retention_logs, retention_traces, retention_metrics: days; erasure_salt',
    Value String,
    ChangedAt DateTime64(6) DEFAULT now64(6) COMMENT 'The latest counts',
    ChangedBy String COMMENT 'User of the operating system, or api'
)
ENGINE = ReplacingMergeTree(ChangedAt)
ORDER BY Name
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO project_settings (Name, Value, ChangedBy)
SELECT 'erasure_salt', lower(hex(randomFixedString(16))), 'migration'
FROM system.one
WHERE (SELECT count() FROM project_settings WHERE Name = 'erasure_salt') = 0

-- Who looks for a user looks through users only: SearchText has each session's pages too, and an index of all their runs of characters
-- takes longest to read. Rows of before have the column as they are read, and are looked through until a merge builds the index.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS UserText String MATERIALIZED lowerUTF8(concatWithSeparator('\n', UserId, UserName, UserEmail)) CODEC(ZSTD(1)) COMMENT 'The user in lower case, a line each, for the list''s user: and email:; not among the columns of SELECT *';

ALTER TABLE sessions ADD INDEX IF NOT EXISTS idx_user_text UserText TYPE ngrambf_v1(4, 8192, 3, 0) GRANULARITY 1

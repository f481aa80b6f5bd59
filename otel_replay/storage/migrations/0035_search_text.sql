-- The list's free text looks in one column, by an index of its runs of four characters: a text that is nowhere is not looked for in every
-- row. Rows of before have the column as they are read, and are looked through until a merge builds the index.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS SearchText String MATERIALIZED lowerUTF8(concatWithSeparator('\n', UserId, UserName, UserEmail, ServiceName, arrayStringConcat(Urls, '\n'))) CODEC(ZSTD(1)) COMMENT 'User, service and pages in lower case, a line each, for free text; not among the columns of SELECT *';

ALTER TABLE sessions ADD INDEX IF NOT EXISTS idx_search_text SearchText TYPE ngrambf_v1(4, 32768, 3, 0) GRANULARITY 1

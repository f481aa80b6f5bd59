-- Numbers have few runs of four characters: those of a user's id stand in every tenth thousand of rows, in other numbers. Of six there are
-- a hundred times as many, so a longer text is looked for by both indexes. Rows of before have it once they have been merged.
ALTER TABLE sessions ADD INDEX IF NOT EXISTS idx_search_text_six SearchText TYPE ngrambf_v1(6, 32768, 3, 0) GRANULARITY 1

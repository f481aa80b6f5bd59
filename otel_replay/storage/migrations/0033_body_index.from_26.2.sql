-- Words of log bodies are found by a full-text index, also parts of them (LIKE). Merges build it: at an insert it would cost as much as all else.
ALTER TABLE otel_logs ADD INDEX IF NOT EXISTS idx_body_text Body TYPE text(tokenizer = 'splitByNonAlpha');

ALTER TABLE otel_logs DROP INDEX IF EXISTS idx_body

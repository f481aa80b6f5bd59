-- Columns that are computed from others of the row are computed again; the token of the batch cannot be.
SELECT name
FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND default_kind NOT IN ('ALIAS', 'EPHEMERAL')
    AND (default_kind != 'MATERIALIZED' OR position(default_expression, 'getSetting') > 0)
ORDER BY position

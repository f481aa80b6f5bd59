SELECT name, default_expression AS expression
FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND default_kind = 'MATERIALIZED'
    AND position(default_expression, 'getSetting') > 0
ORDER BY position

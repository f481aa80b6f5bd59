-- In the order in which their rows came in: of rows that replace one another the last one counts.
SELECT name, rows, greatest(data_uncompressed_bytes, rows) AS bytes
FROM system.parts
WHERE database = currentDatabase() AND table = {table:String} AND active
ORDER BY partition_id, min_block_number

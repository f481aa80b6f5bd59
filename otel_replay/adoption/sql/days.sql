-- Rows of each day, so that a step reads few partitions.
SELECT toStartOfDay(Timestamp, 'UTC') AS start, count() AS rows
FROM {table:Identifier}
GROUP BY start
ORDER BY start

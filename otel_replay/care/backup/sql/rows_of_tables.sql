SELECT table, sum(rows) AS rows
FROM system.parts
WHERE database = currentDatabase() AND active
GROUP BY table
HAVING rows > 0

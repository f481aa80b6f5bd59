-- The days after which tables drop rows by themselves.
SELECT name AS table, toUInt32OrZero(extract(engine_full, ' TTL .*toIntervalDay\\((\\d+)\\)')) AS days
FROM system.tables
WHERE database = currentDatabase() AND name IN {tables:Array(String)}

-- The days after which tables drop rows by themselves. On a cluster the rows of NAME are in NAME_local.
SELECT replaceRegexpOne(name, '_local$', '') AS table, toUInt32OrZero(extract(engine_full, ' TTL .*toIntervalDay\\((\\d+)\\)')) AS days
FROM system.tables
WHERE database = currentDatabase() AND engine != 'Distributed' AND replaceRegexpOne(name, '_local$', '') IN {tables:Array(String)}

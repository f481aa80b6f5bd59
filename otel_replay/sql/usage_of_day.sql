-- Accepted bytes of a day, by key.
SELECT Key AS key, sum(Bytes) AS bytes
FROM ingest_usage
WHERE Minute >= toDateTime({start_s:UInt32}, 'UTC') AND Minute < toDateTime({end_s:UInt32}, 'UTC') AND Outcome = 'accepted'
GROUP BY Key

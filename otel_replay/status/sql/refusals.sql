-- What was not accepted in the last 24 hours. Counted in requests, and in records where the rest of a request was stored.
SELECT
    Reason AS reason,
    sum(Requests) AS requests,
    sumIf(Records, Requests = 0) AS records,
    toUnixTimestamp64Milli(max(LastAt)) AS last_ms,
    arraySort(groupUniqArrayIf(20)(Key, Key != '')) AS keys,
    countIf(Outcome = 'refused') > 0 AS comes_again
FROM ingest_usage
WHERE Outcome != 'accepted' AND Minute >= toDateTime({since_s:UInt32}, 'UTC')
GROUP BY Reason
ORDER BY last_ms DESC
LIMIT 100

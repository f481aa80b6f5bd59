-- Records of each minute of the last hour.
SELECT Signal AS signal, toUnixTimestamp(Minute) AS minute_s, sum(Records) AS records
FROM ingest_usage
WHERE Outcome = 'accepted' AND Minute >= toDateTime({since_s:UInt32}, 'UTC')
GROUP BY Signal, Minute

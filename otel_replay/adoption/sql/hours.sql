SELECT toStartOfHour(Timestamp, 'UTC') AS start, count() AS rows
FROM {table:Identifier}
WHERE Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
GROUP BY start
ORDER BY start

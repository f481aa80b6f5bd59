-- All columns of a session's chunks, in the order in which they are written into its object: tabs as they began. Times in ms.
SELECT * REPLACE
(
    toUnixTimestamp64Milli(StartTime) AS StartTime,
    toUnixTimestamp64Milli(EndTime) AS EndTime,
    toUnixTimestamp64Milli(SentAt) AS SentAt,
    toUnixTimestamp64Milli(ReceivedAt) AS ReceivedAt
)
FROM replay_chunks FINAL
PREWHERE SessionId = {id:String}
ORDER BY min(replay_chunks.StartTime) OVER (PARTITION BY Tab), Tab, Seq

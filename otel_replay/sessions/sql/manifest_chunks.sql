SELECT
    Tab,
    Seq,
    toUnixTimestamp64Milli(StartTime) AS start_ms,
    toUnixTimestamp64Milli(EndTime) AS end_ms,
    Length,
    Size,
    Events,
    Checkpoint,
    Final
FROM replay_chunks FINAL
WHERE SessionId = {id:String}
ORDER BY Tab, Seq

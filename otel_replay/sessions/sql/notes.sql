-- What the notes of a session say: the light rows have no body. The times are those of the rows, and few.
SELECT toUnixTimestamp64Nano(Timestamp) AS time_ns, LogAttributes['log.record.uid'] AS uid, Body AS text
FROM otel_logs
WHERE SessionId = {id:String} AND EventName = {event:String}
    AND Timestamp IN (SELECT Timestamp FROM session_events WHERE SessionId = {id:String} AND Name = {event:String})

SELECT Tab
FROM replay_chunks FINAL
WHERE SessionId = {id:String}
GROUP BY Tab
ORDER BY min(StartTime), Tab
LIMIT 1

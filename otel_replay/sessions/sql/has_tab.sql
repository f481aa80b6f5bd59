SELECT 1 AS found
FROM replay_chunks
WHERE SessionId = {id:String} AND Tab = {tab:String}
LIMIT 1

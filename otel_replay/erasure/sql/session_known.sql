-- Whether anything is stored of a session.
SELECT 1 FROM sessions WHERE SessionId = {id:String}
UNION ALL SELECT 1 FROM session_events WHERE SessionId = {id:String}
UNION ALL SELECT 1 FROM replay_chunks WHERE SessionId = {id:String}
UNION ALL SELECT 1 FROM session_traces WHERE SessionId = {id:String}
LIMIT 1

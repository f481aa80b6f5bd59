SELECT State
FROM sessions
WHERE SessionId = {id:String}
ORDER BY Version DESC
LIMIT 1
SETTINGS max_threads = 1

-- Where payload of the sessions lies, as far as rows tell, those included that another has replaced.
SELECT Blob, SessionId, groupUniqArray((Offset, Length)) AS ranges
FROM replay_chunks
WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session')
GROUP BY Blob, SessionId

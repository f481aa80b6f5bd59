SELECT SessionId, Tab, Seq, MoreSeqs
FROM replay_chunks FINAL
WHERE SessionId IN {ids:Array(String)}

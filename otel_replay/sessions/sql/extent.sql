-- How much there is of a tab's recording, and how far a row may reach.
SELECT count() AS rows, max(Seq + MoreSeqs) AS end_seq, max(greatest(MoreSeqs, Pieces)) AS longest
FROM replay_chunks FINAL
WHERE SessionId = {id:String} AND Tab = {tab:String}

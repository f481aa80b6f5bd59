-- In the order that their copies have, whose names go on with a dot.
SELECT Blob
FROM replay_chunks FINAL
WHERE concat(Blob, '.') > concat({after:String}, '.')
GROUP BY Blob
ORDER BY concat(Blob, '.')
LIMIT {limit:UInt32}

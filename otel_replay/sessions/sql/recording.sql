SELECT Seq, toUnixTimestamp64Milli(StartTime) AS start_ms, Encoding, Blob, Offset, Length, Crc32
FROM replay_chunks FINAL
WHERE SessionId = {id:String} AND Tab = {tab:String} AND Seq BETWEEN {from_seq:UInt32} AND {to_seq:UInt32}
ORDER BY Seq

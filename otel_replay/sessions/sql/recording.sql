-- The rows of a tab for the numbers {from_seq} to {to_seq}, and those around them that may have a share in these.
WITH (SELECT toUInt64(max(greatest(MoreSeqs, Pieces))) + 1 FROM replay_chunks WHERE SessionId = {id:String} AND Tab = {tab:String}) AS around
SELECT
    Seq,
    MoreSeqs,
    Widths,
    Piece,
    Pieces,
    Events,
    Checkpoint,
    toUnixTimestamp64Milli(StartTime) AS start_ms,
    Encoding,
    Blob,
    Offset,
    Length,
    Crc32
FROM replay_chunks FINAL
WHERE SessionId = {id:String} AND Tab = {tab:String}
    AND Seq >= {from_seq:UInt32} - least(around, {from_seq:UInt32}) AND Seq <= toUInt64({to_seq:UInt32}) + around
ORDER BY Seq, MoreSeqs

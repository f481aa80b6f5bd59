-- The rows of a tab that begin with the numbers {first} to {last}.
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
    Crc32,
    InnerOffset,
    InnerLength
FROM replay_chunks FINAL
PREWHERE SessionId = {id:String}
WHERE Tab = {tab:String}
    AND Seq BETWEEN {first:UInt32} AND {last:UInt32}
ORDER BY Seq, MoreSeqs
-- Little is read: sharing it out among threads would cost more than reading.
SETTINGS max_threads = 1

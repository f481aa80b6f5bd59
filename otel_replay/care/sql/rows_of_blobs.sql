SELECT
    SessionId, Tab, Seq, MoreSeqs, Piece, Encoding, Blob, Offset, Length, Crc32, InnerOffset, InnerLength
FROM replay_chunks FINAL
WHERE Blob IN {blobs:Array(String)}
ORDER BY Blob, Offset, InnerOffset

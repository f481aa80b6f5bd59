-- How much there is of a tab's recording, how far a row may reach, and the first and last numbers of the segments that lie in the
-- range {from} to {to} or share in it; without any, 4294967295 and 0.
SELECT
    sum(rows) AS rows,
    max(end_seq) AS end_seq,
    max(longest) AS longest,
    if(countIf(in_range) = 0, toUInt32(4294967295), minIf(first, in_range)) AS first,
    maxIf(last, in_range) AS last
FROM
(
    SELECT
        count() AS rows,
        max(Seq + MoreSeqs) AS end_seq,
        max(greatest(MoreSeqs, Pieces)) AS longest,
        min(Seq) AS first,
        max(Seq) AS last,
        Encoding = 'zstd' AND first <= {to:UInt32} AND end_seq >= {from:UInt32} AS in_range
    FROM replay_chunks FINAL
    PREWHERE SessionId = {id:String}
    WHERE Tab = {tab:String}
    GROUP BY Encoding, Blob, Offset
)
-- Little is read: sharing it out among threads would cost more than reading.
SETTINGS max_threads = 1

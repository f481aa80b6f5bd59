-- What the rows say of each blob in a range of keys. Rows clash where two of them claim the same bytes of a blob, or of a segment
-- once it is decompressed, or tell a segment's length and checksum differently.
WITH arraySort(groupArray(tuple(Offset, InnerOffset, InnerOffset + InnerLength, Offset + Length, Length, Crc32))) AS spans
SELECT
    Blob,
    count() AS rows,
    max(Offset + Length) AS end_bytes,
    arrayCount(
        (a, b) -> if(a.1 = b.1, a.5 != b.5 OR a.6 != b.6 OR a.3 > b.2 OR a.3 = a.2, a.4 > b.1),
        arrayPopBack(spans),
        arrayPopFront(spans)) AS clashes
FROM replay_chunks FINAL
WHERE Blob > {after:String} AND (Blob <= {last:String} OR {last:String} = '')
GROUP BY Blob

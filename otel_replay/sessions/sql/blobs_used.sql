-- Those of the blobs that a chunk lies in.
SELECT DISTINCT Blob
FROM replay_chunks FINAL
WHERE Blob IN {blobs:Array(String)}

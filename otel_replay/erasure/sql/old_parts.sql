-- Parts that merges and mutations replaced and that still lie on the disk.
SELECT count() AS parts
FROM system.parts
WHERE database = currentDatabase() AND NOT active AND table IN {tables:Array(String)} AND modification_time <= toDateTime({until_s:UInt32})

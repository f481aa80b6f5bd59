-- A finished session's chunks move from packs into segments: many chunks in one zstd frame. A chunk that lies in such a frame says
-- where in it, once the frame is decompressed.
ALTER TABLE replay_chunks ADD COLUMN IF NOT EXISTS InnerOffset UInt64 DEFAULT 0 CODEC(ZSTD(1)) COMMENT 'In a segment: first byte of the chunk''s JSON in the decompressed segment; 0 in a pack' AFTER Crc32;

ALTER TABLE replay_chunks ADD COLUMN IF NOT EXISTS InnerLength UInt64 DEFAULT 0 CODEC(ZSTD(1)) COMMENT 'In a segment: bytes of the chunk''s JSON; 0 in a pack' AFTER InnerOffset;

ALTER TABLE replay_chunks ADD COLUMN IF NOT EXISTS StoredBytes UInt64 DEFAULT Length CODEC(ZSTD(1)) COMMENT 'What the chunk takes in the blob: Length in a pack, its share of the segment''s Length otherwise' AFTER InnerLength;

ALTER TABLE replay_chunks COMMENT COLUMN Encoding 'gzip or identity in a pack, zstd in a segment';

ALTER TABLE replay_chunks COMMENT COLUMN Offset 'First byte in the blob, of the chunk or of the segment that it lies in';

ALTER TABLE replay_chunks COMMENT COLUMN Length 'Stored bytes of the chunk, or of the segment that it lies in; see StoredBytes';

ALTER TABLE replay_chunks COMMENT COLUMN Crc32 'CRC-32 of these stored bytes';

ALTER TABLE replay_chunks ADD INDEX IF NOT EXISTS idx_blob Blob TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS LooseChunks UInt32 DEFAULT 0 COMMENT 'Chunks that still lie in packs; 0 once the session is compacted' AFTER PayloadBytes

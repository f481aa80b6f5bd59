-- Recorders that number single events: one row covers a run of them, or a piece of an event whose rest came in another request.
-- The key tells runs of different length apart, so a redelivery in another grouping replaces nothing that reached further.
ALTER TABLE replay_chunks
    ADD COLUMN IF NOT EXISTS MoreSeqs UInt32 COMMENT 'How many sequence numbers the row covers beyond Seq' AFTER Seq,
    ADD COLUMN IF NOT EXISTS Widths Array(UInt32) CODEC(ZSTD(1)) COMMENT 'Sequence numbers of each event; empty when each has one, or the row has one for all' AFTER MoreSeqs,
    ADD COLUMN IF NOT EXISTS Piece UInt32 COMMENT 'Which piece of an event the row holds, from 1 on; 0 for whole events' AFTER Widths,
    ADD COLUMN IF NOT EXISTS Pieces UInt32 COMMENT 'How many pieces the event has; 0 for whole events' AFTER Piece,
    MODIFY ORDER BY (SessionId, Tab, Seq, MoreSeqs);

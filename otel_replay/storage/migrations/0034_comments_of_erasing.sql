-- Columns that came without a word.
ALTER TABLE erasing
    COMMENT COLUMN IF EXISTS `AddedAt` 'Our clock';

ALTER TABLE erased_traces
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex'

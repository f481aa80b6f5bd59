-- The tables that keep rows of sessions, tombstones left out.
SELECT table
FROM system.columns
WHERE database = currentDatabase() AND name = 'SessionId' AND table NOT IN ('erased_sessions', 'session_touched')
    AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
ORDER BY table

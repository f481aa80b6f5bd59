-- The session's start, but not long before the last of it came in: a sender's clock may be months behind where nothing tells its
-- error, and what was acknowledged today is not to go today.
greatest(StartTime, LastSeen - INTERVAL 1 DAY)

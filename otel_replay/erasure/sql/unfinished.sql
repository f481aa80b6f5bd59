-- Requests that were begun and are not done, the oldest first.
SELECT ErasureId, Kind, Subject, AskedAt, AskedBy FROM erasures FINAL WHERE State = 'started' ORDER BY AskedAt

SELECT
    MAX(Timestamp) AS maxTimestamp, MIN(Timestamp) AS minTimestamp, count() AS sessionCount,
    countIf(SpanAttributes['component'] = 'user-interaction') AS interactionCount,
    countIf(SpanAttributes['component'] = 'error' OR SpanAttributes['component'] = 'console') AS errorCount,
    ResourceAttributes['rum.sessionId'] AS sessionId
FROM `default_db`.`otel_traces`
WHERE (Timestamp >= fromUnixTimestamp64Milli(1767225600000) AND Timestamp <= fromUnixTimestamp64Milli(1767484800000))
    AND mapContains(ResourceAttributes, 'rum.sessionId')
GROUP BY sessionId
HAVING sessionCount > 0
ORDER BY maxTimestamp DESC
LIMIT 500

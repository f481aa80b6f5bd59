SELECT Timestamp, ServiceName, SeverityText, Body, LogAttributes, ResourceAttributes
FROM `default_db`.`otel_logs`
WHERE (Timestamp >= fromUnixTimestamp64Milli(1767225600000) AND Timestamp <= fromUnixTimestamp64Milli(1767484800000))
    AND ((hasToken(lower(Body), lower('declined'))) AND (SeverityText IN ('ERROR')))
ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp) DESC
LIMIT 200 OFFSET 0

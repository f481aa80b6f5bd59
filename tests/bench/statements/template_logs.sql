-- The recorded logs by visit, with what differs from session to session marked.
CREATE TABLE template.logs ENGINE = Memory AS
SELECT
    logs.* EXCEPT (ReceivedAt) REPLACE (
        mapApply((key, value) -> (key, replaceRegexpOne(replaceRegexpOne(value, 'http://127\\.0\\.0\\.1:\\d+', 'https://shop.example'), '/(products|orders)/(\\w+)', '/\\1/\\2-{item}')), LogAttributes) AS LogAttributes
    ),
    visits.Visit AS Visit,
    toUnixTimestamp64Milli(Timestamp) - visits.Start AS At
FROM template.otel_logs AS logs
CROSS JOIN template.visits AS visits
WHERE toUnixTimestamp64Milli(Timestamp) >= visits.Start AND toUnixTimestamp64Milli(Timestamp) < visits.End

SELECT toStartOfInterval("Timestamp", INTERVAL 1 hour) as "time",
    sum(toString("SeverityText") IN ('error','err','eror','ERROR','ERR','Error')) as error,
    sum(toString("SeverityText") IN ('info','information','INFO','Info')) as info
FROM "default_db"."otel_logs"
WHERE ( time >= toDateTime(1767225600) AND time <= toDateTime(1767484800) )
GROUP BY time ORDER BY time ASC LIMIT 10000

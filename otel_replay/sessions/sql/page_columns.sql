-- Beside row_columns.sql, where one session is shown.
PageTimes.Url AS page_urls,
arrayMap(entered -> toUnixTimestamp64Milli(entered), PageTimes.EnteredAt) AS page_entered_ms,
PageTimes.Visits AS page_visits,
PageTimes.Ms AS page_time_ms

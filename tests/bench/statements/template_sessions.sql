-- With the marks that template_logs.sql sets.
CREATE TABLE template.sessions ENGINE = Memory AS
WITH url -> replaceRegexpOne(replaceRegexpOne(url, 'http://127\\.0\\.0\\.1:\\d+', 'https://shop.example'), '/(products|orders)/(\\w+)', '/\\1/\\2-{item}') AS marked
SELECT
    rows.* REPLACE (
        marked(FirstUrl) AS FirstUrl, marked(LastUrl) AS LastUrl, marked(EntryPage) AS EntryPage, marked(ExitPage) AS ExitPage,
        arrayMap(url -> marked(url), Urls) AS Urls, arrayMap(url -> marked(url), PageTimes.Url) AS `PageTimes.Url`
    ),
    visits.Visit AS Visit,
    visits.Start AS Start
FROM template.raw_sessions AS rows
INNER JOIN template.visits AS visits ON rows.SessionId = visits.SessionId

-- The rows that the worker computed for the recorded visits, moved to the visitors: what it would compute for each of them.
INSERT INTO sessions
SELECT
    t.* EXCEPT (Visit, Start) REPLACE (
        v.session AS SessionId,
        fromUnixTimestamp64Milli(toUnixTimestamp64Milli(t.StartTime) - t.Start + v.start_ms) AS StartTime,
        fromUnixTimestamp64Milli(toUnixTimestamp64Milli(t.EndTime) - t.Start + v.start_ms) AS EndTime,
        'finished' AS State,
        if(t.UserId = '', '', concat('u-', v.person)) AS UserId,
        if(t.UserName = '', '', concat('Person ', v.person)) AS UserName,
        if(t.UserEmail = '', '', concat('person', v.person, '@shop.example')) AS UserEmail,
        v.release AS Release,
        replaceOne(t.FirstUrl, '{item}', v.item) AS FirstUrl,
        replaceOne(t.LastUrl, '{item}', v.item) AS LastUrl,
        replaceOne(t.EntryPage, '{item}', v.item) AS EntryPage,
        replaceOne(t.ExitPage, '{item}', v.item) AS ExitPage,
        arrayMap(url -> replaceOne(url, '{item}', v.item), t.Urls) AS Urls,
        arrayMap(url -> replaceOne(url, '{item}', v.item), t.PageTimes.Url) AS `PageTimes.Url`,
        mapUpdate(t.Attributes, map('service.version', v.release)) AS Attributes
    )
FROM (/* visitors */) AS v
INNER JOIN template.sessions AS t ON v.Visit = t.Visit

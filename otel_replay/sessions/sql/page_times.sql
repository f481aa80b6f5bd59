-- How long each page was open, to be put into a WITH clause. A tab is on a page from the moment that it went there until it goes
-- elsewhere or its last record; the time during which it was hidden is left out, and what several tabs had open at once counts once.
-- Where light events tell of no navigation in a tab, the pages are those that its recording names.
tab_steps AS
(
    SELECT
        SessionId,
        Tab,
        max(till) AS tab_end,
        arraySort(groupArrayIf(5000)(tuple(at, url, state), url != '' OR state != '')) AS told,
        arraySort(groupArrayIf(5000)(tuple(at, recorded_url, ''), recorded_url != '')) AS recorded,
        if(arrayExists(step -> step.2 != '', told), told, arraySort(arrayConcat(told, recorded))) AS steps
    FROM
    (
        SELECT
            SessionId,
            toString(Tab) AS Tab,
            our_ms(Timestamp, clock_error(SessionId, Tab), ReceivedAt) AS at,
            at AS till,
            if(Kind = 'navigation', Url, '') AS url,
            if(Name = 'browser.visibility', Attributes['browser.visibility.state'], '') AS state,
            '' AS recorded_url
        FROM session_events FINAL
        PREWHERE SessionId IN {ids:Array(String)}
        WHERE Source = 'browser'
        UNION ALL
        SELECT SessionId, toString(Tab), 0, our_ms(EndTime, clock_error(SessionId, Tab), ReceivedAt), '', '', ''
        FROM replay_chunks FINAL
        PREWHERE SessionId IN {ids:Array(String)}
        UNION ALL
        SELECT SessionId, toString(Tab), our_ms(time, clock_error(SessionId, Tab), ReadAt), 0, '', '', url
        FROM session_inputs FINAL
        ARRAY JOIN Urls.Time AS time, Urls.Url AS url
        PREWHERE SessionId IN {ids:Array(String)}
        WHERE was_read(SessionId, Tab)
    )
    GROUP BY SessionId, Tab
    HAVING notEmpty(steps)
),
tab_pages AS
(
    SELECT
        SessionId,
        step.1 AS from_ms,
        step.2 AS url,
        -- The next change of visibility tells what was before it, the last one what is since.
        multiIf(step.4 = 'hidden', 1, step.4 != '', 0, step.5 != 'hidden') AS shown,
        greatest(from_ms, step.6) AS to_ms,
        step.7 AS gone_to
    FROM
    (
        SELECT
            SessionId,
            arrayMap(step -> step.1, steps) AS times,
            arrayMap(step -> step.3, steps) AS states,
            arrayFill(url -> url != '', arrayMap(step -> step.2, steps)) AS urls,
            arrayReverseFill(state -> state != '', arrayShiftLeft(states, 1)) AS next_states,
            arrayFill(state -> state != '', states) AS last_states,
            arrayShiftLeft(times, 1, tab_end) AS ends,
            arrayMap((url, before) -> url != '' AND url != before, urls, arrayShiftRight(urls, 1)) AS gone,
            arrayZip(times, urls, states, next_states, last_states, ends, gone) AS pages
        FROM tab_steps
    )
    ARRAY JOIN pages AS step
    WHERE url != ''
),
page_times AS
(
    SELECT
        SessionId,
        arraySlice(arraySort(groupArray(tuple(first_ms, url, times_gone_to, page_ms))), 1, 200) AS all_pages,
        arrayMap(page -> page.2, all_pages) AS page_urls,
        arrayMap(page -> page.1, all_pages) AS page_entered,
        arrayMap(page -> toUInt32(page.3), all_pages) AS page_visits,
        arrayMap(page -> toUInt64(page.4), all_pages) AS page_open_ms,
        argMin(url, tuple(first_ms, url)) AS entry,
        argMax(url, tuple(last_ms, last_from_ms)) AS exit
    FROM
    (
        SELECT
            SessionId,
            url,
            min(from_ms) AS first_ms,
            maxIf(to_ms, shown) AS last_ms,
            max(from_ms) AS last_from_ms,
            sum(gone_to) AS times_gone_to,
            sum(if(shown, greatest(0, to_ms - greatest(from_ms, reached)), 0)) AS page_ms
        FROM
        (
            SELECT
                *,
                max(if(shown, to_ms, 0)) OVER (PARTITION BY SessionId, url ORDER BY from_ms, to_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
            FROM tab_pages
        )
        GROUP BY SessionId, url
    )
    GROUP BY SessionId
)

-- Computes the rows of `sessions` for the session ids {ids}, from nothing but what was received.
-- {now_ms} is the clock for State; {idle_ms}, {final_ms}, {longest_ms} and {end_slack_ms} are the limits of lifecycle.py.
--
-- What the browser sent gives a session its start and end. Where it sent nothing (yet), the backend's records do.
-- All times are by our clock. docs/reference/sessions.md says what each number counts.
WITH
    {{user_agent}},
    {{our_clock}},
    {{rage_clicks}},
    -- Tabs whose facts in session_inputs are of all of their recording, as far as there is one: see inputs_read.sql.
    (session, tab) -> concat(session, ' ', tab) IN {read_keys:Array(String)} AS was_read,
    events AS
    (
        SELECT
            SessionId,
            countIf(Source = 'browser') AS browser_records,
            min(at) AS any_start,
            max(at) AS any_end,
            toUnixTimestamp64Milli(max(ReceivedAt)) AS any_received,
            minIf(at, Source = 'browser') AS start,
            maxIf(at, Source = 'browser') AS end,
            toUnixTimestamp64Milli(maxIf(ReceivedAt, Source = 'browser')) AS received,
            maxIf(at, Name = 'session.end' AND Source = 'browser') AS ended,
            maxIf(at, Name = 'session.end') AS any_ended,
            argMaxIf(tuple(UserId, UserName, UserEmail), tuple(Source = 'browser', at, Timestamp), UserId != '' OR UserName != '' OR UserEmail != '') AS user,
            argMax(ServiceName, tuple(Source = 'browser', at, Timestamp)) AS service,
            argMax(ResourceAttributes, tuple(Source = 'browser', at, Timestamp)) AS attributes,
            argMaxIf(Attributes['user_agent.original'], tuple(at, Timestamp), Source = 'browser' AND Attributes['user_agent.original'] != '') AS user_agent,
            argMinIf(Url, tuple(at, Timestamp), Source = 'browser' AND Kind != 'request' AND Url != '') AS first_url,
            argMaxIf(Url, tuple(at, Timestamp), Source = 'browser' AND Kind != 'request' AND Url != '') AS last_url,
            groupUniqArrayIf(200)(Url, Source = 'browser' AND Kind != 'request' AND Url != '') AS urls,
            countIf(Kind = 'navigation') AS pages,
            countIf(Kind = 'click') AS clicks,
            bursts(arraySort(groupArrayIf(10000)(
                tuple(Tab, at, toInt32OrZero(Attributes['browser.page.x']), toInt32OrZero(Attributes['browser.page.y'])),
                Kind = 'click' AND Attributes['browser.page.x'] != ''))) AS click_bursts,
            -- By their names: they were of the kind custom once.
            countIf(Name = 'browser.user_action.rage_click') AS rage_events,
            countIf(Name = 'browser.user_action.dead_click') AS dead_events,
            -- The browser SDK, which names its tab, watches itself what comes of clicks.
            countIf(Name = 'browser.user_action.click' AND Tab != '') AS watched_clicks,
            -- A browser, too, may report an exception both as a log record and as an event of its span.
            countIf(Kind = 'error' AND TraceId = '') + uniqExactIf(TraceId, SpanId, Title, Kind = 'error' AND TraceId != '') AS errors,
            -- Those within a trace are in trace_exceptions.
            countIf(Kind = 'backend_error' AND TraceId = '') AS backend_errors,
            countIf(Kind = 'request') AS requests,
            countIf(Kind = 'request' AND (Status >= 400 OR (Status = 0 AND Severity = 'ERROR'))) AS failed_requests,
            countIf(Kind = 'console' AND Severity IN ('ERROR', 'FATAL')) AS console_errors,
            groupUniqArrayIf(Tab, Source = 'browser' AND Tab != '') AS tabs,
            maxIf(Attributes['session.previous_id'], Name = 'session.start') AS previous_id
        FROM
        (
            SELECT *, our_ms(Timestamp, if(Source = 'browser', clock_error(SessionId, Tab), 0), ReceivedAt) AS at
            FROM session_events FINAL
            PREWHERE SessionId IN {ids:Array(String)}
        )
        GROUP BY SessionId
    ),
    tab_recordings AS
    (
        SELECT
            SessionId,
            Tab,
            min(start_ms) AS tab_start,
            max(end_ms) AS tab_end,
            max(ReceivedAt) AS tab_received,
            count() AS tab_chunks,
            -- Runs of events that came in two groupings overlap; those of the browser SDK never do.
            sum(greatest(0, toInt64(Events) - greatest(0, toInt64(reached) - toInt64(Seq)))) AS tab_events,
            sum(StoredBytes) AS tab_bytes,
            countIf(startsWith(Blob, 'packs/')) AS tab_loose,
            max(Checkpoint) AS tab_playable,
            argMax(Final, Seq) AS tab_closed,
            countIf(Seq > reached) AS tab_gaps,
            argMaxIf(tuple(start_ms, UserId), start_ms, UserId != '') AS tab_user,
            argMax(tuple(start_ms, ServiceName, ResourceAttributes), start_ms) AS tab_sender
        FROM
        (
            SELECT
                *,
                our_ms(StartTime, clock_error(SessionId, Tab), ReceivedAt) AS start_ms,
                our_ms(EndTime, clock_error(SessionId, Tab), ReceivedAt) AS end_ms,
                max(Seq + MoreSeqs + 1) OVER (PARTITION BY SessionId, Tab ORDER BY Seq, MoreSeqs ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
            FROM replay_chunks FINAL
            PREWHERE SessionId IN {ids:Array(String)}
        )
        GROUP BY SessionId, Tab
    ),
    recordings AS
    (
        SELECT
            SessionId,
            min(tab_start) AS start,
            max(tab_end) AS end,
            toUnixTimestamp64Milli(max(tab_received)) AS received,
            sum(tab_chunks) AS chunks,
            sum(tab_events) AS events,
            sum(tab_bytes) AS payload_bytes,
            sum(tab_loose) AS loose_chunks,
            max(tab_playable) AS playable,
            min(tab_closed) AS closed,
            sum(tab_gaps) AS gaps,
            groupArray(Tab) AS tabs,
            max(tab_user).2 AS user_id,
            argMax(tab_sender.2, tab_sender.1) AS service,
            argMax(tab_sender.3, tab_sender.1) AS attributes
        FROM tab_recordings
        GROUP BY SessionId
    ),
    traces AS
    (
        SELECT
            SessionId,
            uniqExact(TraceId) AS traces,
            toUnixTimestamp64Milli(min(Start)) AS start,
            toUnixTimestamp64Milli(max(End)) AS end,
            toUnixTimestamp64Milli(max(ReceivedAt)) AS received
        FROM session_traces
        WHERE SessionId IN {ids:Array(String)}
        GROUP BY SessionId
    ),
    exceptions AS
    (
        SELECT pairs.SessionId AS SessionId, uniqExact(TraceId, SpanId, ExceptionId) AS backend_errors
        FROM trace_exceptions
        INNER JOIN (SELECT DISTINCT SessionId, TraceId FROM session_traces WHERE SessionId IN {ids:Array(String)}) AS pairs USING (TraceId)
        WHERE TraceId IN (SELECT TraceId FROM session_traces WHERE SessionId IN {ids:Array(String)})
        GROUP BY SessionId
    ),
    inputs AS
    (
        SELECT
            SessionId,
            sum(KeyPresses) AS key_presses,
            sum(length(Clicks.Time)) AS clicks,
            sum(countEqual(Clicks.Dead, true)) AS dead_clicks,
            bursts(arraySort(groupArrayArray(arrayMap(
                (time, x, y) -> tuple(Tab, toUnixTimestamp64Milli(time), x, y), Clicks.Time, Clicks.X, Clicks.Y)))) AS click_bursts
        FROM session_inputs FINAL
        PREWHERE SessionId IN {ids:Array(String)}
        WHERE was_read(SessionId, Tab)
        GROUP BY SessionId
    ),
    -- What happened, as stretches of time: an event is a moment, a chunk lasts from its first rrweb event to its last. Until
    -- the inputs are read off a recording, all that happens in it counts as one.
    stretches AS
    (
        SELECT
            SessionId,
            our_ms(Timestamp, clock_error(SessionId, Tab), ReceivedAt) AS from_ms,
            from_ms AS to_ms,
            1. AS weight,
            Kind = 'click' OR (Kind = 'navigation' AND NOT was_read(SessionId, Tab)) AS active
        FROM session_events FINAL
        PREWHERE SessionId IN {ids:Array(String)}
        WHERE Source = 'browser'
        UNION ALL
        SELECT
            SessionId,
            our_ms(StartTime, clock_error(SessionId, Tab), ReceivedAt) AS from_ms,
            greatest(from_ms, our_ms(EndTime, clock_error(SessionId, Tab), ReceivedAt)) AS to_ms,
            toFloat64(Events) AS weight,
            NOT was_read(SessionId, Tab) AS active
        FROM replay_chunks FINAL
        PREWHERE SessionId IN {ids:Array(String)}
        UNION ALL
        SELECT
            SessionId,
            our_ms(Start, clock_error(SessionId, Tab), ReadAt) AS from_ms,
            greatest(from_ms, our_ms(End, clock_error(SessionId, Tab), ReadAt)) AS to_ms,
            0. AS weight,
            1 AS active
        FROM session_inputs FINAL
        ARRAY JOIN Inputs.Start AS Start, Inputs.End AS End
        PREWHERE SessionId IN {ids:Array(String)}
        WHERE was_read(SessionId, Tab)
    ),
    -- Two things that are read off the stretches at once.
    -- Active is the union of the active ones, where those at most 5 s apart are one: each adds what it reaches beyond the
    -- furthest end of those before it.
    -- Activity is the session in at most 48 equal stretches of at least a second; a chunk's events are spread evenly over its time.
    activity AS
    (
        SELECT
            SessionId,
            sum(bucket_active_ms) AS active_ms,
            mapFromArrays(groupArray(bucket), groupArray(toUInt32(round(happened)))) AS by_bucket,
            arrayMap(i -> by_bucket[i], range(any(count_of_buckets))) AS activity
        FROM
        (
            SELECT
                SessionId,
                any(buckets) AS count_of_buckets,
                bucket,
                sum(weight * share) AS happened,
                sum(if(bucket = first_bucket, added_ms, 0)) AS bucket_active_ms
            FROM
            (
                SELECT
                    SessionId, buckets, weight, bucket, first_bucket, added_ms,
                    if(to_ms = from_ms, 1., (least(toFloat64(to_ms), start_ms + width * (bucket + 1)) - greatest(toFloat64(from_ms), start_ms + width * bucket)) / (to_ms - from_ms)) AS share
                FROM
                (
                    SELECT
                        SessionId, from_ms, to_ms, weight,
                        min(if(weight > 0, from_ms, {never_ms:Int64})) OVER (PARTITION BY SessionId) AS start_ms,
                        max(if(weight > 0, to_ms, 0)) OVER (PARTITION BY SessionId) AS end_ms,
                        max(if(active, to_ms, 0)) OVER (PARTITION BY SessionId ORDER BY from_ms, to_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
                        if(active, greatest(0, to_ms - if(from_ms <= reached + {active_gap_ms:Int64}, reached, from_ms)), 0) AS added_ms,
                        toUInt32(least(48, greatest(1, intDiv(end_ms - start_ms + 999, 1000)))) AS buckets,
                        greatest(1, end_ms - start_ms) / buckets AS width,
                        if(from_ms <= start_ms, 0, least(buckets - 1, toUInt32((from_ms - start_ms) / width))) AS first_bucket,
                        -- What has no weight is in one of them only, wherever it is.
                        if(weight = 0, first_bucket, least(buckets - 1, toUInt32((to_ms - start_ms) / width))) AS last_bucket
                    FROM stretches
                )
                ARRAY JOIN range(first_bucket, last_bucket + 1) AS bucket
            )
            GROUP BY SessionId, bucket
        )
        GROUP BY SessionId
    ),
    {{page_times}},
    summary AS
    (
        SELECT
            wanted.SessionId AS SessionId,
            events.browser_records + recordings.chunks > 0 AS from_browser,
            events.any_received > 0 AS from_events,
            multiIf(
                from_browser, arrayMin(arrayFilter(t -> t > 0, [events.start, recordings.start])),
                from_events, events.any_start,
                traces.start) AS start_ms,
            multiIf(from_browser, greatest(events.end, recordings.end), from_events, events.any_end, traces.end) AS end_ms,
            multiIf(from_browser, greatest(events.received, recordings.received), from_events, events.any_received, traces.received) AS seen_ms,
            if(from_browser, events.ended, events.any_ended) AS ended_ms,
            arrayMin([
                seen_ms + {idle_ms:Int64},
                seen_ms + {longest_ms:Int64} - (end_ms - start_ms),
                if(recordings.closed, recordings.received + {final_ms:Int64}, seen_ms + {idle_ms:Int64}),
                if(ended_ms > 0 AND end_ms <= ended_ms + {end_slack_ms:Int64}, seen_ms, seen_ms + {idle_ms:Int64})]) AS finish_ms,
            recordings.chunks > 0 AND events.browser_records = 0 AS only_recorded,
            if(only_recorded, recordings.attributes, mapUpdate(recordings.attributes, events.attributes)) AS attributes,
            attributes['user_agent.original'] AS resource_user_agent,
            if(resource_user_agent = '', events.user_agent, resource_user_agent) AS user_agent,
            if(only_recorded, recordings.service, events.service) AS service,
            events.first_url AS first_url,
            events.last_url AS last_url,
            events.urls AS urls,
            events.pages AS pages,
            greatest(events.clicks, inputs.clicks) AS clicks,
            inputs.key_presses AS key_presses,
            greatest(events.rage_events, events.click_bursts, inputs.click_bursts) AS rage_clicks,
            if(events.dead_events + events.watched_clicks > 0, events.dead_events, inputs.dead_clicks) AS dead_clicks,
            events.errors AS errors,
            events.backend_errors AS backend_errors,
            events.requests AS requests,
            events.failed_requests AS failed_requests,
            events.console_errors AS console_errors,
            events.previous_id AS previous_id,
            traces.traces AS trace_count,
            length(arrayDistinct(arrayConcat(events.tabs, recordings.tabs))) AS tab_count,
            recordings.chunks AS chunks,
            recordings.events AS rrweb_events,
            recordings.gaps AS gaps,
            recordings.payload_bytes AS payload_bytes,
            recordings.loose_chunks AS loose_chunks,
            recordings.playable AS playable,
            if(events.user != tuple('', '', ''), events.user, tuple(recordings.user_id, '', '')) AS user
        FROM (SELECT arrayJoin({ids:Array(String)}) AS SessionId) AS wanted
        LEFT JOIN events USING (SessionId)
        LEFT JOIN recordings USING (SessionId)
        LEFT JOIN inputs USING (SessionId)
        LEFT JOIN traces USING (SessionId)
        WHERE from_browser OR from_events OR traces.traces > 0
    )
SELECT
    summary.SessionId AS SessionId,
    fromUnixTimestamp64Milli(start_ms) AS StartTime,
    fromUnixTimestamp64Milli(greatest(start_ms, end_ms)) AS EndTime,
    if(finish_ms <= {now_ms:Int64}, 'finished', 'live') AS State,
    toUInt64(activity.active_ms) AS ActiveMs,
    user.1 AS UserId,
    user.2 AS UserName,
    user.3 AS UserEmail,
    service AS ServiceName,
    attributes['deployment.environment.name'] AS Environment,
    attributes['service.version'] AS Release,
    if(brand_browser(attributes['browser.brands']) != '', brand_browser(attributes['browser.brands']), ua_browser(user_agent)) AS Browser,
    if(attributes['browser.platform'] NOT IN ('', 'Unknown'), attributes['browser.platform'], ua_os(user_agent)) AS Os,
    multiIf(
        attributes['browser.mobile'] = 'true', 'mobile',
        user_agent != '', ua_device(user_agent),
        attributes['browser.mobile'] = 'false', 'desktop',
        '') AS Device,
    first_url AS FirstUrl,
    last_url AS LastUrl,
    if(page_times.entry != '', page_times.entry, first_url) AS EntryPage,
    if(page_times.exit != '', page_times.exit, last_url) AS ExitPage,
    urls AS Urls,
    page_times.page_urls AS `PageTimes.Url`,
    arrayMap(ms -> fromUnixTimestamp64Milli(ms), page_times.page_entered) AS `PageTimes.EnteredAt`,
    page_times.page_visits AS `PageTimes.Visits`,
    page_times.page_open_ms AS `PageTimes.Ms`,
    toUInt32(pages) AS Pages,
    toUInt32(clicks) AS Clicks,
    toUInt32(key_presses) AS KeyPresses,
    toUInt32(rage_clicks) AS RageClicks,
    toUInt32(dead_clicks) AS DeadClicks,
    toUInt32(errors) AS Errors,
    toUInt32(summary.backend_errors + exceptions.backend_errors) AS BackendErrors,
    toUInt32(requests) AS Requests,
    toUInt32(failed_requests) AS FailedRequests,
    toUInt32(console_errors) AS ConsoleErrors,
    toUInt32(trace_count) AS Traces,
    toUInt32(tab_count) AS Tabs,
    toUInt32(chunks) AS Chunks,
    toUInt32(rrweb_events) AS Events,
    toUInt32(gaps) AS Gaps,
    toUInt64(payload_bytes) AS PayloadBytes,
    toUInt32(loose_chunks) AS LooseChunks,
    toBool(playable) AS HasReplay,
    activity.activity AS Activity,
    previous_id AS PreviousId,
    attributes AS Attributes,
    fromUnixTimestamp64Milli(seen_ms) AS LastSeen,
    clock_error(summary.SessionId, '') AS ClockErrorMs,
    mapFromArrays(
        arrayMap(key -> substring(key, length(summary.SessionId) + 2), arrayFilter(key -> startsWith(key, concat(summary.SessionId, ' ')), {clock_keys:Array(String)})),
        arrayFilter((error, key) -> startsWith(key, concat(summary.SessionId, ' ')), {clock_errors:Array(Int64)}, {clock_keys:Array(String)})) AS ClockErrors,
    fromUnixTimestamp64Milli(finish_ms) AS FinishAt,
    toUInt64(toUnixTimestamp64Micro(now64(6))) AS Version,
    toUInt8(0) AS IsDeleted
FROM summary
LEFT JOIN exceptions ON exceptions.SessionId = summary.SessionId
LEFT JOIN activity ON activity.SessionId = summary.SessionId
LEFT JOIN page_times ON page_times.SessionId = summary.SessionId

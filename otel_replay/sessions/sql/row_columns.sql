SELECT
    SessionId,
    State,
    toUnixTimestamp64Milli(StartTime) AS start_ms,
    toUnixTimestamp64Milli(EndTime) AS end_ms,
    ActiveMs, UserId, UserName, UserEmail, ServiceName, Environment, Release, Browser, Os, Device, FirstUrl, LastUrl,
    EntryPage, ExitPage, Pages, Clicks, KeyPresses, RageClicks, DeadClicks, Errors, BackendErrors, Requests, FailedRequests,
    ConsoleErrors, Traces, Tabs, Chunks, Events, Gaps, PayloadBytes, HasReplay, Activity, PreviousId, Attributes, ClockErrorMs, ClockErrors

INSERT INTO sessions
(
    SessionId, StartTime, EndTime, State, ActiveMs, UserId, UserName, UserEmail, ServiceName, Environment, Release,
    Browser, Os, Device, FirstUrl, LastUrl, EntryPage, ExitPage, Urls,
    `PageTimes.Url`, `PageTimes.EnteredAt`, `PageTimes.Visits`, `PageTimes.Ms`, Pages, Clicks, KeyPresses, RageClicks, DeadClicks,
    Errors, BackendErrors, Requests, FailedRequests, ConsoleErrors, Traces, Tabs, Chunks, Events, Gaps, PayloadBytes, LooseChunks,
    HasReplay, Activity, PreviousId, Attributes,
    LastSeen, ClockErrorMs, ClockErrors, FinishAt, Version, IsDeleted
)
{{derive}}

-- Functions of spans and log records, to be put into a WITH clause. Of all senders, only browsers have clocks whose error is
-- known: who is one is the rule of session_events, the errors are the parameters of sessions/clock.py.
(scope, resource) -> scope IN ('otel_replay.browser', 'otel_replay.recorder') OR resource['telemetry.sdk.language'] = 'webjs' OR resource['browser.language'] != '' AS from_browser,
(browser, session, tab) -> if(browser, 1000000 * transform(concat(session, ' ', tab), {clock_keys:Array(String)}, {clock_errors:Array(Int64)}, toInt64(0)), 0) AS clock_error_ns,
(time, error_ns) -> greatest(0, toUnixTimestamp64Nano(time) - error_ns) AS our_ns

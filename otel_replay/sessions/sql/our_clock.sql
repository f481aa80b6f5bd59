-- Functions of times by a browser's clock, to be put into a WITH clause; the errors are the parameters of clock.py.
-- What a browser sends cannot have happened after it came in: a time that says so, even without the error, gives way to the arrival.
(session, tab) -> transform(concat(session, ' ', tab), {clock_keys:Array(String)}, {clock_errors:Array(Int64)}, toInt64(0)) AS clock_error,
(time, error, received) -> toUnixTimestamp64Milli(time) - error > toUnixTimestamp64Milli(received) + {slack_ms:Int64} AS after_arrival,
(time, error, received) -> if(after_arrival(time, error, received), toUnixTimestamp64Milli(received), greatest(0, toUnixTimestamp64Milli(time) - error)) AS our_ms,
(time, error, received) -> if(after_arrival(time, error, received), toUnixTimestamp64Nano(toDateTime64(received, 9)), greatest(0, toUnixTimestamp64Nano(time) - error * 1000000)) AS our_ns

(SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session') AND ObservedTimestamp = toDateTime64(0, 3))

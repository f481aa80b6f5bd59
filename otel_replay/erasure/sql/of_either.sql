(SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session') OR TraceId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'trace'))

(TraceId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'trace')
    OR concat(TraceId, ' ', SpanId) IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'span')
    OR Attributes['session.id'] IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session')
    OR ResourceAttributes['session.id'] IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session'))

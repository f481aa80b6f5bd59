-- Of a query of events: what is worked with, and the rest as JSON, which ClickHouse writes for half of what it costs to take rows apart and put them together again.
id,
time_ns,
if(kind = 'request', duration_ns, NULL) AS request_ns,
name = {note:String} AS is_note,
if(is_note, attributes['log.record.uid'], '') AS uid,
title,
toValidUTF8(toJSONString(CAST(
    (kind, name, source, tab, severity, nullIf(status, 0), service, trace_id, span_id, attributes),
    'Tuple(kind String, name String, source String, tab String, severity String, status Nullable(UInt16), service String, trace_id String, span_id String, attributes Map(LowCardinality(String), String))'
))) AS rest

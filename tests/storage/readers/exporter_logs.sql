INSERT INTO "default_db"."otel_logs" (
    Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, ResourceAttributes,
    ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes, EventName
) VALUES (
    '2026-01-02 03:04:05', '0af7651916cd43dd8448eb211c80319c', '02', 1, 'ERROR', 17, 'shop', 'payment declined for order 17', '', {'service.name': 'shop'},
    '', 'lib', '1.0', {}, {'session.id': '5e551075e551075e551075e551075e55', 'order': '17'}, ''
)

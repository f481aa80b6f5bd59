INSERT INTO "default_db"."otel_traces" (
    Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion,
    SpanAttributes, Duration, StatusCode, StatusMessage, Events.Timestamp, Events.Name, Events.Attributes,
    Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes
) VALUES (
    '2026-01-02 03:04:05', '0af7651916cd43dd8448eb211c80319c', '01', '', '', 'POST', 'Client', 'shop-web', {'rum.sessionId': '5e551075e551075e551075e551075e55'}, 'lib', '1.0',
    {'component': 'fetch'}, 900000000, 'Unset', '', [], [], [], [], [], [], []
), (
    '2026-01-02 03:04:05.1', '0af7651916cd43dd8448eb211c80319c', '02', '01', '', 'POST /charge', 'Server', 'payments', {'service.name': 'payments'}, 'lib', '1.0',
    {'http.route': '/charge'}, 600000000, 'Error', 'declined', ['2026-01-02 03:04:05.2'], ['exception'], [{'exception.type': 'CardError'}], [], [], [], []
)

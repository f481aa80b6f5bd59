-- Every column says in the database what it is, also those of the Collector's exporter.
ALTER TABLE ingest_usage
    COMMENT COLUMN IF EXISTS `Requests` 'Number of requests';

ALTER TABLE otel_logs
    COMMENT COLUMN IF EXISTS `ResourceSchemaUrl` 'Schema URL of the resource, as sent',
    COMMENT COLUMN IF EXISTS `ScopeSchemaUrl` 'Schema URL of the scope, as sent',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeAttributes` 'Attributes of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.cluster.name` 'ResourceAttributes[''k8s.cluster.name'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.container.name` 'ResourceAttributes[''k8s.container.name'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.deployment.name` 'ResourceAttributes[''k8s.deployment.name'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.namespace.name` 'ResourceAttributes[''k8s.namespace.name'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.node.name` 'ResourceAttributes[''k8s.node.name'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.pod.name` 'ResourceAttributes[''k8s.pod.name'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_k8s.pod.uid` 'ResourceAttributes[''k8s.pod.uid'']',
    COMMENT COLUMN IF EXISTS `__otel_materialized_deployment.environment.name` 'ResourceAttributes[''deployment.environment.name'']';

ALTER TABLE otel_replay_migrations
    COMMENT COLUMN IF EXISTS `AppliedAt` 'When it was applied';

ALTER TABLE otel_traces
    COMMENT COLUMN IF EXISTS `TraceState` 'W3C tracestate',
    COMMENT COLUMN IF EXISTS `SpanName` 'Name of the span',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `StatusMessage` 'What the sender says about the status',
    COMMENT COLUMN IF EXISTS `Events.Timestamp` 'Span events: when',
    COMMENT COLUMN IF EXISTS `Events.Name` 'Span events: what',
    COMMENT COLUMN IF EXISTS `Events.Attributes` 'Span events: their attributes',
    COMMENT COLUMN IF EXISTS `Links.TraceId` 'Span links: the other span''s trace',
    COMMENT COLUMN IF EXISTS `Links.SpanId` 'Span links: its span id',
    COMMENT COLUMN IF EXISTS `Links.TraceState` 'Span links: its tracestate',
    COMMENT COLUMN IF EXISTS `Links.Attributes` 'Span links: attributes of the link';

ALTER TABLE otel_traces_trace_id_ts
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex';

ALTER TABLE replay_chunks
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it',
    COMMENT COLUMN IF EXISTS `ServiceName` 'Resource attribute service.name',
    COMMENT COLUMN IF EXISTS `ResourceAttributes` 'What the browser said about itself';

ALTER TABLE session_events
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it',
    COMMENT COLUMN IF EXISTS `Tab` 'Tab in which it happened, empty when unknown',
    COMMENT COLUMN IF EXISTS `ServiceName` 'Resource attribute service.name',
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex, empty when absent',
    COMMENT COLUMN IF EXISTS `SpanId` 'Lower-case hex, empty when absent',
    COMMENT COLUMN IF EXISTS `UserId` 'user.id',
    COMMENT COLUMN IF EXISTS `UserName` 'user.full_name, else user.name',
    COMMENT COLUMN IF EXISTS `UserEmail` 'user.email',
    COMMENT COLUMN IF EXISTS `Attributes` 'Attributes of the log record, span or span event',
    COMMENT COLUMN IF EXISTS `ResourceAttributes` 'What sent it';

ALTER TABLE session_touched
    COMMENT COLUMN IF EXISTS `TouchedAt` 'Our clock',
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it';

ALTER TABLE session_traces
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it',
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex';

ALTER TABLE sessions
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it',
    COMMENT COLUMN IF EXISTS `UserId` 'user.id',
    COMMENT COLUMN IF EXISTS `UserName` 'user.full_name, else user.name',
    COMMENT COLUMN IF EXISTS `UserEmail` 'user.email',
    COMMENT COLUMN IF EXISTS `ServiceName` 'service.name of the browser application',
    COMMENT COLUMN IF EXISTS `Environment` 'deployment.environment.name',
    COMMENT COLUMN IF EXISTS `Os` 'Operating system',
    COMMENT COLUMN IF EXISTS `ConsoleErrors` 'Console messages of level error',
    COMMENT COLUMN IF EXISTS `Traces` 'Traces the session belongs to',
    COMMENT COLUMN IF EXISTS `Tabs` 'Recorder instances: page loads in browser tabs',
    COMMENT COLUMN IF EXISTS `Chunks` 'Chunks of the recording';

ALTER TABLE trace_exceptions
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex',
    COMMENT COLUMN IF EXISTS `SpanId` 'Lower-case hex, empty when absent',
    COMMENT COLUMN IF EXISTS `Type` 'exception.type',
    COMMENT COLUMN IF EXISTS `Message` 'exception.message',
    COMMENT COLUMN IF EXISTS `ServiceName` 'Resource attribute service.name',
    COMMENT COLUMN IF EXISTS `ResourceAttributes` 'What sent it';

ALTER TABLE trace_sessions
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex',
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it',
    COMMENT COLUMN IF EXISTS `Start` 'First span or log of the session in this trace',
    COMMENT COLUMN IF EXISTS `End` 'Last one';

ALTER TABLE trace_touched
    COMMENT COLUMN IF EXISTS `TouchedAt` 'Our clock',
    COMMENT COLUMN IF EXISTS `TraceId` 'Lower-case hex';

ALTER TABLE otel_metrics_gauge
    COMMENT COLUMN IF EXISTS `ResourceSchemaUrl` 'Schema URL of the resource, as sent',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeAttributes` 'Attributes of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeSchemaUrl` 'Schema URL of the scope, as sent';

ALTER TABLE otel_metrics_sum
    COMMENT COLUMN IF EXISTS `ResourceSchemaUrl` 'Schema URL of the resource, as sent',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeAttributes` 'Attributes of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeSchemaUrl` 'Schema URL of the scope, as sent';

ALTER TABLE otel_metrics_summary
    COMMENT COLUMN IF EXISTS `ResourceSchemaUrl` 'Schema URL of the resource, as sent',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeAttributes` 'Attributes of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeSchemaUrl` 'Schema URL of the scope, as sent';

ALTER TABLE otel_metrics_histogram
    COMMENT COLUMN IF EXISTS `ResourceSchemaUrl` 'Schema URL of the resource, as sent',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeAttributes` 'Attributes of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeSchemaUrl` 'Schema URL of the scope, as sent';

ALTER TABLE otel_metrics_exponential_histogram
    COMMENT COLUMN IF EXISTS `ResourceSchemaUrl` 'Schema URL of the resource, as sent',
    COMMENT COLUMN IF EXISTS `ScopeVersion` 'Version of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeAttributes` 'Attributes of the instrumentation scope',
    COMMENT COLUMN IF EXISTS `ScopeSchemaUrl` 'Schema URL of the scope, as sent';

ALTER TABLE erased_sessions
    COMMENT COLUMN IF EXISTS `SessionId` 'Session id, as the browser made it';

ALTER TABLE erasures
    COMMENT COLUMN IF EXISTS `ErasureId` 'Random';

ALTER TABLE project_settings
    COMMENT COLUMN IF EXISTS `Value` 'As text'

-- A session is opened by its id in a path, so what cannot stand there names none; the attribute keeps it as it was sent.
-- The rule is the one of receivers/otel_replay_receivers/formats/recorder.py.
ALTER TABLE otel_logs MODIFY COLUMN SessionId DEFAULT extract(multiIf(LogAttributes['session.id'] != '', LogAttributes['session.id'], ResourceAttributes['session.id'] != '', ResourceAttributes['session.id'], ResourceAttributes['rum.sessionId']), '^[0-9A-Za-z_\\-][0-9A-Za-z_.\\-]{0,127}$');

ALTER TABLE otel_traces MODIFY COLUMN SessionId DEFAULT extract(multiIf(SpanAttributes['session.id'] != '', SpanAttributes['session.id'], ResourceAttributes['session.id'] != '', ResourceAttributes['session.id'], ResourceAttributes['rum.sessionId']), '^[0-9A-Za-z_\\-][0-9A-Za-z_.\\-]{0,127}$')

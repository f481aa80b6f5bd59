"""Every attribute, event and scope name that the project reads or writes, once.

Names follow OpenTelemetry semantic conventions 1.44 where these exist; the browser events follow
the instrumentations of open-telemetry/opentelemetry-browser. Only ``session.replay.*`` and
``otel_replay.*`` are ours.
"""

from __future__ import annotations

from typing import Final

# Resource
SERVICE_NAME: Final = "service.name"
SERVICE_VERSION: Final = "service.version"
DEPLOYMENT_ENVIRONMENT: Final = "deployment.environment.name"
USER_AGENT: Final = "user_agent.original"

# Session
SESSION_ID: Final = "session.id"
SESSION_PREVIOUS_ID: Final = "session.previous_id"
RUM_SESSION_ID: Final = "rum.sessionId"
RUM_SCRIPT_INSTANCE: Final = "rum.scriptInstance"
SPLUNK_SESSION_ID: Final = "splunk.rumSessionId"
SPLUNK_SCRIPT_INSTANCE: Final = "splunk.scriptInstance"

# User
USER_ID: Final = "user.id"
USER_NAME: Final = "user.name"
USER_FULL_NAME: Final = "user.full_name"
USER_EMAIL: Final = "user.email"

# Scopes of the browser SDK
RECORDER_SCOPE: Final = "otel_replay.recorder"
BROWSER_SCOPE: Final = "otel_replay.browser"

# Replay chunks (one log record each, in RECORDER_SCOPE)
CHUNK_EVENT: Final = "session.replay.chunk"
DROPPED_EVENT: Final = "session.replay.dropped"
REPLAY_TAB: Final = "session.replay.tab"
REPLAY_SEQ: Final = "session.replay.seq"
REPLAY_START: Final = "session.replay.start"
REPLAY_END: Final = "session.replay.end"
REPLAY_EVENTS: Final = "session.replay.events"
REPLAY_CHECKPOINT: Final = "session.replay.checkpoint"
REPLAY_ENCODING: Final = "session.replay.encoding"
REPLAY_SIZE: Final = "session.replay.size"
REPLAY_FINAL: Final = "session.replay.final"
REPLAY_DROPPED_REASON: Final = "session.replay.dropped.reason"

# Replay logs of other recorders: one rrweb event, or a piece of one, in each record
RUM_REPLAY_SCOPE: Final = "rum.rr-web"
SPLUNK_REPLAY_SCOPE: Final = "splunk.rr-web"
RR_WEB_OFFSET: Final = "rr-web.offset"
RR_WEB_EVENT: Final = "rr-web.event"
RR_WEB_CHUNK: Final = "rr-web.chunk"
RR_WEB_TOTAL_CHUNKS: Final = "rr-web.total-chunks"
SPLUNK_SEGMENT_METADATA: Final = "segmentMetadata"

# Events of the browser SDK (log records in BROWSER_SCOPE)
SESSION_START_EVENT: Final = "session.start"
SESSION_END_EVENT: Final = "session.end"
IDENTIFY_EVENT: Final = "session.identify"
EXCEPTION_EVENT: Final = "exception"
NAVIGATION_EVENT: Final = "browser.navigation"
CONSOLE_EVENT: Final = "browser.console"
CLICK_EVENT: Final = "browser.user_action.click"
WEB_VITAL_EVENT: Final = "browser.web_vital"
NOTE_EVENT: Final = "session.note"
RESOURCE_TIMING_EVENT: Final = "browser.resource_timing"

EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"
NAVIGATION_TYPE: Final = "browser.navigation.type"
CONSOLE_METHOD: Final = "browser.console.method"
CSS_SELECTOR: Final = "browser.css_selector"
TAG_NAME: Final = "browser.tag_name"
ELEMENT_TEXT: Final = "browser.element.text"
PAGE_X: Final = "browser.page.x"
PAGE_Y: Final = "browser.page.y"
URL_FULL: Final = "url.full"
RECORD_UID: Final = "log.record.uid"

# HTTP client spans
HTTP_REQUEST_METHOD: Final = "http.request.method"
HTTP_RESPONSE_STATUS: Final = "http.response.status_code"
SERVER_ADDRESS: Final = "server.address"
ERROR_TYPE: Final = "error.type"

# Our own telemetry
SELF_TELEMETRY: Final = "otel_replay.self_telemetry"
"""Resource attribute that marks it: requests that carry it cause no telemetry themselves."""
PROJECT: Final = "otel_replay.project"
OUTCOME: Final = "otel_replay.outcome"
BATCH_REQUESTS: Final = "otel_replay.batch.requests"
BATCH_BYTES: Final = "otel_replay.batch.bytes"
REQUEST_BYTES: Final = "otel_replay.request.bytes"
RECORDS: Final = "otel_replay.records"
SESSIONS: Final = "otel_replay.sessions"
TRANSPORT: Final = "otel_replay.transport"
SERVICE_INSTANCE: Final = "service.instance.id"
DOCTOR_SERVICE: Final = "otel-replay-doctor"
DOCTOR_RUN: Final = "otel_replay.doctor.run"
DOCTOR_METRIC: Final = "otel_replay.doctor"

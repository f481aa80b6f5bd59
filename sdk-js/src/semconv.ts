/** Every event, attribute and scope name that the SDK writes, once. OpenTelemetry semantic conventions 1.44. */

export const RECORDER_SCOPE = 'otel_replay.recorder';
export const BROWSER_SCOPE = 'otel_replay.browser';

export const CHUNK_EVENT = 'session.replay.chunk';
export const DROPPED_EVENT = 'session.replay.dropped';
export const SESSION_START_EVENT = 'session.start';
export const SESSION_END_EVENT = 'session.end';
/** Ours: tells the receiver who the user is when nothing else happens after `identify()`. */
export const IDENTIFY_EVENT = 'session.identify';
export const EXCEPTION_EVENT = 'exception';
export const NAVIGATION_EVENT = 'browser.navigation';
export const CONSOLE_EVENT = 'browser.console';
export const NOTE_EVENT = 'session.note';
export const STATE_EVENT = 'browser.state';
export const DROPS_EVENT = 'session.replay.counters';
export const RAGE_EVENT = 'browser.user_action.rage_click';
export const DEAD_EVENT = 'browser.user_action.dead_click';
export const VITAL_EVENT = 'browser.web_vital';
export const LONG_TASK_EVENT = 'browser.long_task';
export const VISIBILITY_EVENT = 'browser.visibility';
export const CONNECTIVITY_EVENT = 'browser.connectivity';
export const MEMORY_EVENT = 'browser.memory';
export const RESOURCE_ERROR_EVENT = 'browser.resource_error';
export const CSP_EVENT = 'browser.csp_violation';
export const CLICK_EVENT = 'browser.user_action.click';

export const SESSION_ID = 'session.id';
export const SESSION_PREVIOUS_ID = 'session.previous_id';
export const REPLAY_TAB = 'session.replay.tab';
export const REPLAY_SEQ = 'session.replay.seq';
export const REPLAY_START = 'session.replay.start';
export const REPLAY_END = 'session.replay.end';
export const REPLAY_EVENTS = 'session.replay.events';
export const REPLAY_CHECKPOINT = 'session.replay.checkpoint';
export const REPLAY_ENCODING = 'session.replay.encoding';
export const REPLAY_SIZE = 'session.replay.size';
export const REPLAY_FINAL = 'session.replay.final';
export const REPLAY_DROPPED_REASON = 'session.replay.dropped.reason';

/** Tells a record that was delivered twice from two records. */
export const RECORD_UID = 'log.record.uid';
export const URL_FULL = 'url.full';
export const EXCEPTION_TYPE = 'exception.type';
export const EXCEPTION_MESSAGE = 'exception.message';
export const EXCEPTION_STACKTRACE = 'exception.stacktrace';
export const EXCEPTION_ESCAPED = 'exception.escaped';
export const NAVIGATION_TYPE = 'browser.navigation.type';
export const DOCUMENT_TITLE = 'browser.document.title';
export const CONSOLE_METHOD = 'browser.console.method';
export const CONSOLE_DROPPED = 'browser.console.dropped_count';
export const CSS_SELECTOR = 'browser.css_selector';
export const TAG_NAME = 'browser.tag_name';
export const ELEMENT_TEXT = 'browser.element.text';
export const MOUSE_BUTTON = 'browser.mouse_event.button';
export const PAGE_X = 'browser.page.x';
export const PAGE_Y = 'browser.page.y';

export const HTTP_METHOD = 'http.request.method';
export const HTTP_STATUS = 'http.response.status_code';
export const HTTP_RESPONSE_SIZE = 'http.response.body.size';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';
export const ERROR_TYPE = 'error.type';
export const REQUEST_BODY = 'http.request.body.content';
export const RESPONSE_BODY = 'http.response.body.content';
export const REQUEST_SIZE = 'http.request.body.size';

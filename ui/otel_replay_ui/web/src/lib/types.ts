/** The shapes that the API answers with. Times: `*_ms` since the epoch by the server's clock, `offset_ms` since the session's start. */

export type Attributes = Record<string, string>;

export interface User {
  id: string;
  name: string;
  email: string;
}

export interface SessionCounts {
  pages: number;
  clicks: number;
  key_presses: number;
  rage_clicks: number;
  dead_clicks: number;
  errors: number;
  backend_errors: number;
  requests: number;
  failed_requests: number;
  console_errors: number;
  traces: number;
  tabs: number;
  chunks: number;
  events: number;
}

export interface Session {
  id: string;
  state: 'live' | 'finished';
  previous_id: string | null;
  start_ms: number;
  end_ms: number;
  duration_ms: number;
  active_ms: number;
  /** How far the browser's clock was ahead; it is taken off all times. */
  clock_error_ms: number;
  user: User;
  service: string;
  environment: string;
  release: string;
  browser: string;
  os: string;
  device: string;
  first_url: string;
  last_url: string;
  entry_page: string;
  exit_page: string;
  counts: SessionCounts;
  has_replay: boolean;
  gaps: number;
  payload_bytes: number;
  activity: number[];
}

/** A page and the time for which it was open and its tab not hidden, all tabs together. */
export interface PageTime {
  url: string;
  entered_ms: number;
  offset_ms: number;
  visits: number;
  time_ms: number;
}

export interface SessionDetail extends Session {
  /** By when they were first open. */
  pages: PageTime[];
  attributes: Attributes;
}

export interface SessionPage {
  sessions: Session[];
  next_cursor: string | null;
}

/** Columns, in order of sequence number; `checkpoint` lists the sequence numbers where playback can start. */
export interface ChunkColumns {
  seq: number[];
  start: number[];
  end: number[];
  bytes: number[];
  size: number[];
  events: number[];
  checkpoint: number[];
}

export interface Gap {
  from_seq: number;
  to_seq: number;
  start_offset_ms: number;
  end_offset_ms: number;
  reason: string;
}

export interface TabManifest {
  id: string;
  start_offset_ms: number;
  end_offset_ms: number;
  url: string;
  final: boolean;
  clock_error_ms: number;
  chunks: ChunkColumns;
  gaps: Gap[];
}

export interface Manifest {
  session_id: string;
  state: 'live' | 'finished';
  start_ms: number;
  end_ms: number;
  clock_error_ms: number;
  version: string;
  tabs: TabManifest[];
}

export type EventKind =
  | 'navigation'
  | 'click'
  | 'rage_click'
  | 'dead_click'
  | 'console'
  | 'error'
  | 'request'
  | 'backend_error'
  | 'log'
  | 'session'
  | 'dropped'
  | 'vital'
  | 'custom';

export interface SessionEvent {
  id: string;
  t_ms: number;
  offset_ms: number;
  kind: EventKind;
  /** Name of the event, or of the request's span. */
  name: string;
  source: string;
  tab: string;
  title: string;
  severity: string;
  status: number | null;
  duration_ms: number | null;
  service: string;
  trace_id: string;
  span_id: string;
  attributes: Attributes;
}

export interface EventPage {
  events: SessionEvent[];
  truncated: boolean;
}

export interface TraceSummary {
  trace_id: string;
  start_ms: number;
  offset_ms: number;
  duration_ms: number;
  name: string;
  service: string;
  services: string[];
  spans: number;
  errors: number;
  status: number | null;
}

/** A version of a service that had a part in the session's traces. */
export interface Release {
  service: string;
  version: string;
}

export interface TraceList {
  traces: TraceSummary[];
  releases: Release[];
  truncated: boolean;
}

/** A span without its attributes, as part of what was under way. */
export interface SpanSummary {
  trace_id: string;
  span_id: string;
  parent_span_id: string;
  name: string;
  kind: string;
  service: string;
  status: string;
  start_ms: number;
  offset_ms: number;
  duration_ms: number;
}

export interface SpanList {
  spans: SpanSummary[];
  truncated: boolean;
}

export interface SpanEvent {
  t_ms: number;
  name: string;
  attributes: Attributes;
}

export interface SpanLink {
  trace_id: string;
  span_id: string;
  attributes: Attributes;
}

export interface Span {
  span_id: string;
  parent_span_id: string;
  name: string;
  kind: string;
  service: string;
  scope: string;
  start_ms: number;
  duration_ms: number;
  status: string;
  status_message: string;
  session_id: string;
  orphan: boolean;
  attributes: Attributes;
  resource: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  children: Span[];
}

export interface TraceLog {
  t_ms: number;
  severity: string;
  service: string;
  body: string;
  span_id: string;
  event_name: string;
  attributes: Attributes;
}

export interface TraceSession {
  id: string;
  start_ms: number;
  offset_ms: number;
  tab: string;
  clock_error_ms: number;
  user: User;
  has_replay: boolean;
}

export interface Trace {
  trace_id: string;
  start_ms: number;
  end_ms: number;
  duration_ms: number;
  span_count: number;
  error_count: number;
  truncated: boolean;
  services: { name: string; spans: number; errors: number }[];
  spans: Span[];
  logs: TraceLog[];
  sessions: TraceSession[];
}

export type SignalName = 'traces' | 'logs' | 'metrics' | 'replay';

/** What came in of one signal; sums are since midnight UTC. */
export interface SignalStatus {
  signal: SignalName;
  last_ms: number | null;
  requests: number;
  records: number;
  bytes: number;
  /** Records of each of the last 60 minutes, the current one last. */
  per_minute: number[];
}

export interface KeyStatus {
  key: string;
  last_ms: number;
  requests: number;
  bytes: number;
  refused: number;
}

export interface Refusal {
  reason: string;
  requests: number;
  /** Left out of requests whose rest was stored. */
  records: number;
  last_ms: number;
  keys: string[];
  /** The senders were told to try again. */
  comes_again: boolean;
  help: string;
}

export interface ReceiverStatus {
  queue_bytes: number;
  queue_capacity_bytes: number;
  spool_bytes: number;
  spool_capacity_bytes: number;
  spool_oldest_s: number;
  requests_under_way: number;
  memory_bytes: number;
  memory_soft_limit_bytes: number;
  memory_hard_limit_bytes: number;
}

/** What S3 is asked by the process that answers, and what that costs. */
export interface BlobStatus {
  requests_last_hour: Record<'PUT' | 'GET' | 'LIST' | 'DELETE', number>;
  written_bytes: number;
  read_bytes: number;
  request_dollars_per_month: number;
  stored_dollars_per_month: number | null;
}

/** What cannot be had at the moment is null. */
export interface Retention {
  replay: number;
  logs: number;
  traces: number;
  metrics: number;
}

export interface Status {
  version: string;
  project: string;
  now_ms: number;
  problems: string[];
  signals: SignalStatus[] | null;
  keys: KeyStatus[] | null;
  refusals: Refusal[] | null;
  tables: { name: string; rows: number; bytes: number }[] | null;
  recordings: { chunks: number; bytes: number } | null;
  /** Days, by kind. */
  retention: Retention | null;
  /** Null where blobs are files. */
  blobs: BlobStatus | null;
  receiver: ReceiverStatus | null;
  sessions: { last_round_ms: number; lag_s: number; late: boolean } | null;
}

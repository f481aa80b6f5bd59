/**
 * The spans that were under way at the moment of the replay, of all the session's traces, in all services. A moment is short and
 * most spans are shorter: what is just before and after is shown too, dimmed, on an axis with the moment in its middle.
 */

import { api, ApiError } from '../lib/api';
import { messageOf } from '../lib/chrome';
import { h, fill, setText } from '../lib/dom';
import { clockTime, duration, plural } from '../lib/format';
import type { SpanSummary, TraceSummary } from '../lib/types';
import { serviceColor } from '../waterfall/colors';
import type { PanelActions } from './panel';

/** Half of the axis; the viewer chooses. */
const LENSES_MS = [100, 1000, 10_000];
const LONGEST_MS = LENSES_MS.at(-1)!;
/** So much is fetched at once, most of it ahead: playback goes that way. */
const BEHIND_MS = 20_000;
const AHEAD_MS = 60_000;
const ROWS = 200;

interface Loaded {
  from: number;
  to: number;
  spans: readonly SpanSummary[];
  truncated: boolean;
}

export class UnderWay {
  readonly element = h('div', { class: 'under-way', hidden: true, data: { testid: 'under-way' } });
  private readonly headline = h('p', { class: 'under-way-head', data: { testid: 'under-way-head' } });
  private readonly rows = h('div', { class: 'under-way-rows', role: 'group', 'aria-label': 'Spans under way' });
  private readonly ends = [h('span'), h('span')] as const;
  private loaded: Loaded | null = null;
  private loading = false;
  private names = new Map<string, string>();
  private time = 0;
  private lens = 1000;
  private shownKey = '';
  private shown: readonly SpanSummary[] = [];
  private buttons: readonly HTMLElement[] = [];

  constructor(
    private readonly sessionId: string,
    private readonly actions: PanelActions,
  ) {
    const axis = h('div', { class: 'under-way-axis', 'aria-hidden': 'true' }, this.ends[0], h('span', {}, 'now'), this.ends[1]);
    this.element.append(h('div', { class: 'under-way-tools' }, this.headline, this.lensSelect()), axis, this.rows);
  }

  show(on: boolean): void {
    this.element.hidden = !on;
    if (on) this.refresh();
  }

  setTraces(traces: readonly TraceSummary[]): void {
    this.names = new Map(traces.map((trace) => [trace.trace_id, trace.name]));
    this.loaded = null; // more may have come in
    if (!this.element.hidden) this.refresh();
  }

  setTime(t: number): void {
    this.time = t;
    if (!this.element.hidden) this.refresh();
  }

  private lensSelect(): HTMLElement {
    const change = (event: Event): void => {
      this.lens = Number((event.target as HTMLSelectElement).value);
      this.refresh();
    };
    const options = LENSES_MS.map((ms) => h('option', { value: ms, selected: ms === this.lens }, `± ${duration(ms)}`));
    return h('select', { class: 'select small', 'aria-label': 'How much before and after', on: { change } }, ...options);
  }

  private refresh(): void {
    const { loaded, time } = this;
    if (!loaded || time - LONGEST_MS < loaded.from || time + LONGEST_MS > loaded.to) void this.load();
    if (loaded) this.draw(loaded);
  }

  /** One request at a time; where the moment has moved on meanwhile, the next one follows. */
  private async load(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    const from = this.time - BEHIND_MS;
    const to = this.time + AHEAD_MS;
    try {
      const start = this.actions.startMs();
      const found = await api.spans(this.sessionId, { from: Math.max(0, start + from), to: start + to });
      this.loaded = { from, to, ...found };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.loaded = { from, to, spans: [], truncated: false };
      this.tell(`The spans cannot be shown. ${messageOf(error)}`);
      return;
    } finally {
      this.loading = false;
    }
    this.refresh();
  }

  private draw(loaded: Loaded): void {
    const from = this.time - this.lens;
    const to = this.time + this.lens;
    const near = loaded.spans.filter((span) => span.offset_ms <= to && endOf(span) >= from);
    const now = near.filter((span) => this.isNow(span));
    this.setRows(inOrder(near).slice(0, ROWS));
    this.rows.style.setProperty('--from', String(from));
    this.rows.style.setProperty('--span', String(2 * this.lens));
    this.buttons.forEach((button, index) => button.classList.toggle('now', this.isNow(this.shown[index]!)));
    setText(this.ends[0], `−${duration(this.lens)}`);
    setText(this.ends[1], `+${duration(this.lens)}`);
    this.tell(headlineOf(now, this.time) + (near.length > ROWS || loaded.truncated ? ' More than can be shown here.' : ''));
  }

  private isNow(span: SpanSummary): boolean {
    return span.offset_ms <= this.time && endOf(span) >= this.time;
  }

  private tell(text: string): void {
    setText(this.headline, text);
  }

  /** Only where other spans come into sight are rows made anew; the keyboard's place is kept. */
  private setRows(spans: readonly SpanSummary[]): void {
    const key = spans.map(keyOf).join();
    if (key === this.shownKey) return;
    this.shownKey = key;
    this.shown = spans;
    const focused = this.rows.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['key'] : undefined;
    this.buttons = spans.map((span) => this.row(span));
    fill(this.rows, ...this.withHeads());
    if (spans.length === 0) this.rows.append(h('p', { class: 'panel-empty' }, 'No service was doing anything for this session around this moment.'));
    this.buttons.find((button) => button.dataset['key'] === focused)?.focus();
  }

  /** A line over the spans of each trace. */
  private withHeads(): HTMLElement[] {
    const all: HTMLElement[] = [];
    this.shown.forEach((span, index) => {
      if (this.shown[index - 1]?.trace_id !== span.trace_id) all.push(h('p', { class: 'under-way-trace' }, this.names.get(span.trace_id) || span.trace_id));
      all.push(this.buttons[index]!);
    });
    return all;
  }

  private row(span: SpanSummary): HTMLElement {
    const failed = span.status === 'Error';
    return h(
      'button',
      {
        class: `under-way-row${failed ? ' failed' : ''}`,
        type: 'button',
        style: { '--service': serviceColor(span.service), '--at': String(span.offset_ms), '--length': String(span.duration_ms) },
        data: { testid: 'under-way-span', key: keyOf(span), service: span.service },
        title: `${span.service}: ${span.name}, ${duration(span.duration_ms)}`,
        on: { click: () => this.actions.openTrace(span.trace_id, span.span_id) },
      },
      h('i', { class: 'span-service-mark' }),
      h('span', { class: 'under-way-name' }, h('span', {}, span.service || 'unknown'), ' ', h('b', {}, span.name)),
      h('span', { class: 'under-way-track' }, h('i')),
      h('span', { class: 'row-duration' }, duration(span.duration_ms)),
    );
  }
}

function endOf(span: SpanSummary): number {
  return span.offset_ms + span.duration_ms;
}

function keyOf(span: SpanSummary): string {
  return `${span.trace_id}-${span.span_id}`;
}

/** Trace by trace, each by the start of its first span. */
function inOrder(spans: readonly SpanSummary[]): SpanSummary[] {
  const groups = new Map<string, SpanSummary[]>();
  for (const span of spans) {
    const group = groups.get(span.trace_id);
    if (group) group.push(span);
    else groups.set(span.trace_id, [span]);
  }
  return [...groups.values()].flat();
}

function headlineOf(now: readonly SpanSummary[], time: number): string {
  const at = `at ${clockTime(time, true)}`;
  if (now.length === 0) return `No span under way ${at}.`;
  const services = new Set(now.map((span) => span.service)).size;
  return `${plural(now.length, 'span')} under way ${at}, in ${plural(services, 'service')}.`;
}

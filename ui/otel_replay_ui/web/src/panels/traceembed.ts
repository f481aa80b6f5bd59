/** The trace of a request among its details: what the services did, in a few lines. */

import { api, ApiError } from '../lib/api';
import { h, fill } from '../lib/dom';
import type { Trace } from '../lib/types';
import { traceSummary } from '../waterfall/pane';
import { Waterfall } from '../waterfall/view';
import type { PanelActions } from './panel';

const ROWS = 7;
const ROW_PX = 30;
const HEAD_PX = 34;
/** Who goes through requests by the arrow keys does not want the trace of each. */
const REST_MS = 150;

export class TraceEmbed {
  readonly element = h('section', { class: 'facts trace-embed', data: { testid: 'trace-embed' } });
  private waterfall: Waterfall | null = null;
  private time = 0;

  constructor(
    private readonly traceId: string,
    private readonly actions: PanelActions,
  ) {
    this.say('Loading the trace …');
    setTimeout(() => void (this.element.isConnected && this.load()), REST_MS);
  }

  /** ms from the session's start. */
  setTime(t: number): void {
    this.time = t;
    this.waterfall?.setTime(this.actions.startMs() + t);
  }

  private async load(): Promise<void> {
    try {
      this.show(await api.trace(this.traceId));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.say(`The trace cannot be shown. ${error.message}`);
    }
  }

  private say(text: string): void {
    fill(this.element, h('h3', {}, 'Trace'), h('p', { class: 'detail-hint' }, text));
  }

  private show(trace: Trace): void {
    const { seek, openTrace, startMs } = this.actions;
    const waterfall = new Waterfall({
      select: (span) => openTrace(this.traceId, span.span_id),
      selectLog: (log) => openTrace(this.traceId, log.span_id),
      seek: (timeMs) => seek(timeMs - startMs()),
    });
    const height = HEAD_PX + ROW_PX * Math.min(ROWS, trace.span_count);
    fill(this.element, h('h3', {}, 'Trace', h('small', {}, traceSummary(trace))), h('div', { class: 'trace-embed-box', style: { height: `${height}px` } }, waterfall.element));
    waterfall.setOptions({ logs: false });
    waterfall.show(trace);
    this.waterfall = waterfall;
    this.setTime(this.time);
  }
}

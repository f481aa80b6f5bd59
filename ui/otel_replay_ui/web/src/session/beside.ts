/** The trace beside the replay: takes the panels' place until it is closed. */

import { api, ApiError } from '../lib/api';
import { messageOf, notice } from '../lib/chrome';
import { h, fill } from '../lib/dom';
import { icon } from '../lib/icons';
import { pageUrl } from '../lib/project';
import { TracePane, traceSummary, traceTitle } from '../waterfall/pane';

export interface BesideActions {
  seek: (timeMs: number) => void;
  opened: (traceId: string) => void;
  closed: () => void;
}

export class TraceBeside {
  readonly element = h('section', { class: 'beside', 'aria-label': 'Distributed trace', hidden: true, data: { testid: 'trace-beside' } });
  private pane: TracePane | null = null;
  private traceId = '';
  private timeMs = 0;

  constructor(private readonly actions: BesideActions) {}

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  async open(traceId: string, spanId = ''): Promise<void> {
    this.traceId = traceId;
    this.element.hidden = false;
    this.actions.opened(traceId);
    fill(this.element, this.header('Trace', '', ''), h('p', { class: 'panel-empty' }, 'Loading the trace …'));
    try {
      const trace = await api.trace(traceId);
      if (this.traceId !== traceId) return; // another one was chosen meanwhile
      this.pane = new TracePane({ seek: this.actions.seek });
      fill(this.element, this.header(traceTitle(trace), traceSummary(trace), traceId), this.pane.element);
      this.pane.show(trace, spanHint(trace.error_count, spanId));
      this.pane.setTime(this.timeMs);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(this.element, this.header('Trace', '', ''), notice('The trace cannot be shown', messageOf(error)));
    }
  }

  close(): void {
    this.traceId = '';
    this.pane = null;
    this.element.hidden = true;
    fill(this.element);
    this.actions.closed();
  }

  /** The replay's moment, ms since the epoch. */
  setTime(timeMs: number): void {
    this.timeMs = timeMs;
    this.pane?.setTime(timeMs);
  }

  private header(title: string, summary: string, traceId: string): HTMLElement {
    return h(
      'header',
      { class: 'beside-head' },
      h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Back to the panels', title: 'Back to the panels', on: { click: () => this.close() } }, icon('chevronLeft')),
      h('div', { class: 'beside-title' }, h('h2', { title }, title), h('p', {}, summary)),
      traceId && h('a', { class: 'button small', href: pageUrl(`/traces/${traceId}`) }, 'Open full trace', icon('external', 13)),
    );
  }
}

/** In a failed trace, the place of the failure is more telling than the span one came from. */
function spanHint(errors: number, spanId: string): string {
  return errors > 0 ? '' : spanId;
}

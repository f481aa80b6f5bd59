/** Every distributed trace of the session, or what of them was under way at the moment of the replay. */

import { h } from '../lib/dom';
import { clockTime, duration, plural } from '../lib/format';
import { icon } from '../lib/icons';
import type { TraceSummary } from '../lib/types';
import { UnderWay } from './underway';
import { ListPanel, type PanelActions } from './panel';
import { serviceDot } from './services';
import { trackCells, type Spanning } from './track';

export class TracesPanel {
  readonly element: HTMLElement;
  private readonly list: ListPanel<TraceSummary>;
  private readonly underWay: UnderWay;
  private readonly toggle: HTMLButtonElement;

  constructor(actions: PanelActions, sessionId: string) {
    this.toggle = h('button', { class: 'chip order', type: 'button', 'aria-pressed': 'false', title: 'Show the spans that were under way at the moment of the replay', on: { click: () => this.follow(!this.element.classList.contains('following')) } }, icon('pulse', 12), 'Follow the playhead');
    this.list = tracesList(actions, this.toggle);
    this.underWay = new UnderWay(sessionId, actions);
    this.element = this.list.element;
    this.element.append(this.underWay.element);
  }

  setItems(traces: readonly TraceSummary[]): void {
    this.list.setItems(traces);
    this.underWay.setTraces(traces);
  }

  setTime(t: number, follow: boolean): void {
    this.list.setTime(t, follow);
    this.underWay.setTime(t);
  }

  private follow(on: boolean): void {
    this.toggle.setAttribute('aria-pressed', String(on));
    this.element.classList.toggle('following', on);
    this.underWay.show(on);
  }
}

function tracesList(actions: PanelActions, toggle: HTMLElement): ListPanel<TraceSummary> {
  return new ListPanel<TraceSummary>({
    name: 'traces',
    label: 'Traces',
    rowHeight: 48,
    placeholder: 'Search traces',
    empty: 'No spans were received for this session.',
    key: (trace) => trace.trace_id,
    text: (trace) => `${trace.name} ${trace.services.join(' ')} ${trace.trace_id} ${trace.status ?? ''}`,
    pick: (trace) => {
      actions.seek(trace.offset_ms);
      actions.openTrace(trace.trace_id);
    },
    filters: () => [
      { name: 'failed', label: 'With errors', test: (trace) => trace.errors > 0 },
      { name: 'slow', label: 'Over 500 ms', test: (trace) => trace.duration_ms > 500 },
    ],
    tools: [toggle],
    track: { label: 'Trace', spanning },
    render: row,
  });
}

function spanning(trace: TraceSummary): Spanning {
  return { offset_ms: trace.offset_ms, length_ms: trace.duration_ms };
}

function row(trace: TraceSummary): HTMLElement {
  return h(
    'div',
    { class: `trace-row${trace.errors > 0 ? ' tone-danger' : ''}`, data: { testid: 'trace-row', 'trace-id': trace.trace_id, 'offset-ms': trace.offset_ms } },
    h('span', { class: 'row-time' }, clockTime(trace.offset_ms, true)),
    h(
      'span',
      { class: 'trace-main' },
      h('span', { class: 'trace-name' }, h('span', { class: 'row-title', title: trace.name }, trace.name), trace.errors > 0 && h('span', { class: 'badge danger' }, plural(trace.errors, 'error'))),
      h('span', { class: 'trace-services' }, ...trace.services.map(serviceDot), h('span', { class: 'row-detail' }, plural(trace.spans, 'span'))),
    ),
    ...trackCells(spanning(trace), duration(trace.duration_ms)),
  );
}

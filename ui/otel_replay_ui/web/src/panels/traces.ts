/** Every distributed trace of the session. */

import { h } from '../lib/dom';
import { clockTime, duration, plural } from '../lib/format';
import type { TraceSummary } from '../lib/types';
import { serviceColor } from '../waterfall/colors';
import { ListPanel, type PanelActions } from './panel';

export function tracesPanel(actions: PanelActions): ListPanel<TraceSummary> {
  return new ListPanel<TraceSummary>({
    name: 'traces',
    label: 'Traces',
    rowHeight: 46,
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
    render: row,
  });
}

function row(trace: TraceSummary): HTMLElement {
  return h(
    'div',
    { class: `trace-row${trace.errors > 0 ? ' tone-danger' : ''}`, data: { testid: 'trace-row', 'trace-id': trace.trace_id, 'offset-ms': trace.offset_ms } },
    h('span', { class: 'row-time' }, clockTime(trace.offset_ms, true)),
    h(
      'span',
      { class: 'trace-main' },
      h('span', { class: 'row-title', title: trace.name }, trace.name),
      h('span', { class: 'trace-services' }, ...trace.services.map(serviceDot)),
    ),
    trace.errors > 0 && h('span', { class: 'badge danger' }, plural(trace.errors, 'error')),
    h('span', { class: 'row-detail' }, plural(trace.spans, 'span')),
    h('span', { class: 'row-duration' }, duration(trace.duration_ms)),
  );
}

export function serviceDot(service: string): HTMLElement {
  return h('span', { class: 'service' }, h('i', { style: { background: serviceColor(service) } }), service || 'unknown');
}

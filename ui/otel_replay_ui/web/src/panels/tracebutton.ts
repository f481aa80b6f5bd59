/** Ways from a row or its details to the distributed trace. */

import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import type { PanelActions } from './panel';

/** In a row; a placeholder of the same width where there is no trace. What a click does is up to the list (`onTraceClick`): rows have no handlers. */
export function traceButton(traceId: string, spanId: string): HTMLElement {
  if (!traceId) return h('span', { class: 'row-trace none' });
  return h('button', { class: 'row-trace', type: 'button', title: 'Show the distributed trace', 'aria-label': 'Show the distributed trace', data: { trace: traceId, span: spanId } }, icon('trace', 14));
}

/** Open the trace whose button was clicked. */
export function onTraceClick(event: MouseEvent, openTrace: PanelActions['openTrace']): void {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>('button.row-trace') : null;
  if (button) openTrace(button.dataset['trace'] ?? '', button.dataset['span'] ?? '');
}

/** In the details. */
export function traceAction(traceId: string, spanId: string, actions: PanelActions): HTMLElement | null {
  if (!traceId) return null;
  return h('button', { class: 'button small primary', type: 'button', data: { testid: 'show-trace' }, on: { click: () => actions.openTrace(traceId, spanId) } }, icon('trace', 13), 'Trace');
}

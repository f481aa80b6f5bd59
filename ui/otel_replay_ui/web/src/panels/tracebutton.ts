/** Ways from a row or its details to the distributed trace. */

import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import type { PanelActions } from './panel';

/** In a row; a placeholder of the same width where there is no trace. */
export function traceButton(traceId: string, spanId: string, actions: PanelActions): HTMLElement {
  if (!traceId) return h('span', { class: 'row-trace none' });
  const open = (): void => actions.openTrace(traceId, spanId);
  return h('button', { class: 'row-trace', type: 'button', title: 'Show the distributed trace', 'aria-label': 'Show the distributed trace', on: { click: open } }, icon('trace', 14));
}

/** In the details. */
export function traceAction(traceId: string, spanId: string, actions: PanelActions): HTMLElement | null {
  if (!traceId) return null;
  return h('button', { class: 'button small primary', type: 'button', data: { testid: 'show-trace' }, on: { click: () => actions.openTrace(traceId, spanId) } }, icon('trace', 13), 'Trace');
}

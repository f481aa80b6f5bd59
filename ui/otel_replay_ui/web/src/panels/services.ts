/** A service by its name and colour. */

import { h } from '../lib/dom';
import { serviceColor } from '../waterfall/colors';

export function serviceDot(service: string): HTMLElement {
  return h('span', { class: 'service' }, h('i', { style: { background: serviceColor(service) } }), service || 'unknown');
}

/** What stands there as long as nothing ever came in: how to send the first data. */

import { copyText } from '../lib/chrome';
import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import { snippet } from '../sessions/empty';

export function howToSend(origin: string, receiver = ''): HTMLElement {
  const { protocol, hostname } = new URL(origin);
  const endpoint = receiver || `${protocol}//${hostname}:4318`;
  return h(
    'section',
    { class: 'first-data', data: { testid: 'empty-state' } },
    h('h2', {}, 'Nothing has come in yet'),
    h('p', {}, 'Point a service at the receiver, or put the browser SDK into a page. What arrives shows up here within seconds.'),
    code('A service with an OpenTelemetry SDK', `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`),
    code('A web page', snippet(origin, receiver)),
    code('A check of the whole way, which sends one of each', 'otel-replay doctor'),
  );
}

function code(title: string, text: string): HTMLElement {
  const copy = h('button', { class: 'button small', type: 'button', 'aria-label': `Copy: ${title}`, on: { click: () => void copyText(text, 'Copied') } }, icon('copy', 14), 'Copy');
  return h('div', {}, h('h3', {}, title), h('div', { class: 'snippet' }, h('pre', { tabindex: '0', 'aria-label': title }, h('code', {}, text)), copy));
}

/** What stands there when there is no session: how to get the first one, or why the search finds none. */

import { copyText, notice } from '../lib/chrome';
import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import { pageUrl } from '../lib/project';

export function nothingFound(): HTMLElement {
  return notice('No session matches', 'Try fewer terms or a longer range of time.', h('a', { class: 'button', href: pageUrl('/sessions') }, 'Show all sessions'));
}

/** The line that installs the SDK. A receiver that the server does not know of is assumed on OTLP's own port. */
export function snippet(origin: string, receiver = ''): string {
  const { protocol, hostname } = new URL(origin);
  return [
    `<script src="${origin}/sdk/otel.js"`,
    `        data-endpoint="${receiver || `${protocol}//${hostname}:4318`}"`,
    `        data-service="my-app"></script>`,
  ].join('\n');
}

export function howToStart(origin: string, receiver = ''): HTMLElement {
  const code = snippet(origin, receiver);
  return h(
    'section',
    { class: 'welcome', data: { testid: 'empty-state' } },
    h('span', { class: 'welcome-mark', 'aria-hidden': 'true' }, icon('eye', 22)),
    h('h2', {}, 'No sessions yet'),
    h('p', {}, 'Put this into the head of a page and open it. Its first session is here within seconds.'),
    h('div', { class: 'snippet' }, h('pre', {}, h('code', {}, code)), h('button', { class: 'button small', type: 'button', on: { click: () => void copyText(code, 'Copied') } }, icon('copy', 14), 'Copy')),
    h('p', { class: 'welcome-more' }, 'Services need no change: spans that they already send over OTLP join the session through the ', h('code', {}, 'traceparent'), ' header.'),
  );
}

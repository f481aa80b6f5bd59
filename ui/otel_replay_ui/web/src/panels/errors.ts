/** Exceptions of the browser and of the services behind it. */

import { h, fill } from '../lib/dom';
import { clockTime, plural } from '../lib/format';
import { icon } from '../lib/icons';
import type { SessionEvent } from '../lib/types';
import { indexAt } from '../session/merge';
import type { PanelActions } from './panel';
import { causeChain, groupFrames, type Cause, type FrameGroup } from './stack';

const SHOWN = 200;

export function isError(event: SessionEvent): boolean {
  return event.kind === 'error' || event.kind === 'backend_error';
}

export class ErrorsPanel {
  readonly element = h('div', { class: 'panel panel-errors', data: { testid: 'panel-errors' } });
  private readonly cards = h('div', { class: 'cards' });
  private errors: SessionEvent[] = [];
  private current = -1;
  private readonly opened = new Set<string>();

  constructor(private readonly actions: PanelActions) {
    this.element.append(this.cards);
  }

  setItems(events: SessionEvent[]): void {
    const errors = events.filter(isError);
    if (this.errors.length > 0 && errors.length === this.errors.length) return;
    this.errors = errors;
    fill(this.cards, ...errors.slice(0, SHOWN).map((event) => this.card(event)));
    if (errors.length === 0) this.cards.append(h('p', { class: 'panel-empty' }, 'No errors, neither in the browser nor in the services.'));
    if (errors.length > SHOWN) this.cards.append(h('p', { class: 'panel-empty' }, `${errors.length - SHOWN} more are in the Events panel.`));
  }

  setTime(t: number): void {
    const index = indexAt(this.errors, t);
    if (index === this.current) return;
    this.cards.children[this.current]?.classList.remove('current');
    this.cards.children[index]?.classList.add('current');
    this.current = index;
  }

  private card(event: SessionEvent): HTMLElement {
    const { attributes } = event;
    const type = attributes['exception.type'] || event.title.split(':')[0] || 'Error';
    const message = attributes['exception.message'] || event.title;
    const backend = event.kind === 'backend_error';
    return h(
      'article',
      { class: `error-card${backend ? ' backend' : ''}`, data: { testid: 'error-card', kind: event.kind, 'offset-ms': event.offset_ms } },
      h(
        'header',
        {},
        h('button', { class: 'link-button row-time', type: 'button', title: 'Go to this moment', on: { click: () => this.actions.seek(event.offset_ms) } }, clockTime(event.offset_ms, true)),
        h('span', { class: 'badge' }, icon(backend ? 'server' : 'globe', 12), backend ? event.service || 'backend' : 'browser'),
        h('span', { class: 'spacer' }),
        event.trace_id &&
          h('button', { class: 'button small', type: 'button', on: { click: () => this.actions.openTrace(event.trace_id, event.span_id) } }, icon('trace', 14), 'Trace'),
      ),
      h('h2', {}, type),
      h('p', { class: 'error-message' }, message),
      this.stack(event),
    );
  }

  private stack(event: SessionEvent): HTMLElement | null {
    const text = event.attributes['exception.stacktrace'];
    if (!text) return null;
    const details = h('details', { class: 'stack', open: this.opened.has(event.id) }, h('summary', {}, 'Stack'), stackView(text));
    details.addEventListener('toggle', () => (details.open ? this.opened.add(event.id) : this.opened.delete(event.id)));
    return details;
  }
}

/** A stack trace with its causes set apart. */
export function stackView(text: string): HTMLElement {
  const chain = causeChain(text);
  return h('div', { class: 'stack-chain' }, ...chain.map((cause, index) => causeView(cause, index)));
}

function causeView(cause: Cause, index: number): HTMLElement {
  return h(
    'div',
    { class: 'cause' },
    index > 0 && h('p', { class: 'cause-label' }, 'Caused by'),
    h('div', { class: 'cause-box' }, h('pre', { class: 'cause-head' }, cause.head), ...groupFrames(cause.frames).map(framesView)),
  );
}

/** Frames of libraries are folded away when there are several. */
function framesView(group: FrameGroup): HTMLElement {
  const text = h('pre', { class: group.library ? 'library' : '' }, group.frames.join('\n'));
  if (!group.library || group.frames.length < 2) return text;
  return h('details', {}, h('summary', {}, `${plural(group.frames.length, 'library frame')}`), text);
}

/** The panels beside the replay: which there are, and what each of them is given. */

import { messageOf } from '../lib/chrome';
import { h } from '../lib/dom';
import { Tabs } from '../lib/tabs';
import type { SessionEvent } from '../lib/types';
import { readParams, replaceParams } from '../lib/url';
import { consolePanel } from '../panels/console';
import { errorsPanel, isError } from '../panels/errors';
import { eventsPanel } from '../panels/events';
import { InfoPanel } from '../panels/info';
import { logsPanel } from '../panels/logs';
import { networkPanel } from '../panels/network';
import type { PanelActions } from '../panels/panel';
import { isState, statePanel } from '../panels/state';
import { TracesPanel } from '../panels/traces';
import type { SessionStore } from './store';

/** Each panel of events, with the events that it is about. */
const ABOUT = {
  events: () => true,
  network: (event: SessionEvent) => event.kind === 'request',
  console: (event: SessionEvent) => event.kind === 'console',
  errors: isError,
  state: isState,
} as const;
type EventPanel = keyof typeof ABOUT;
const EVENT_PANELS = Object.keys(ABOUT) as EventPanel[];

export class SessionPanels {
  readonly element: HTMLElement;
  private readonly panels: ReturnType<SessionPanels['make']>;
  private readonly tabs: Tabs;
  private states: readonly SessionEvent[] = [];

  constructor(
    private readonly store: SessionStore,
    actions: PanelActions,
  ) {
    this.panels = this.make(actions);
    this.tabs = this.makeTabs();
    this.element = h('div', { class: 'panels' }, this.tabs.list, this.tabs.body);
    this.listen();
    this.panels.info.refresh();
    const wanted = readParams().get('panel') ?? '';
    this.tabs.select(this.tabs.has(wanted) ? wanted : 'events');
  }

  /** ms from the session's start; lists keep the moment in sight, whether it was played or gone to. */
  setTime(t: number): void {
    for (const name of EVENT_PANELS) this.panels[name].setTime(t, true);
    this.panels.traces.setTime(t, true);
    this.panels.logs.setTime(t, true);
  }

  private make(actions: PanelActions) {
    const { store } = this;
    return {
      events: eventsPanel(actions),
      network: networkPanel(actions),
      console: consolePanel(actions),
      errors: errorsPanel(actions),
      state: statePanel(actions, () => this.states),
      traces: new TracesPanel(actions, store.session.id),
      logs: logsPanel(actions),
      info: new InfoPanel(store, actions),
    };
  }

  private makeTabs(): Tabs {
    const { panels } = this;
    const tab = (name: keyof typeof panels, label: string, danger = false) => ({ name, label, panel: panels[name].element, danger });
    return new Tabs(
      [tab('events', 'Events'), tab('network', 'Network'), tab('console', 'Console'), tab('errors', 'Errors', true), tab('state', 'State'), tab('traces', 'Traces'), tab('logs', 'Logs'), tab('info', 'Info')],
      'Panels',
      (name) => this.opened(name),
    );
  }

  private opened(name: string): void {
    replaceParams({ panel: name === 'events' ? null : name });
    if (name === 'info') void this.panels.info.opened();
    if (name === 'logs') void this.loadLogs();
  }

  private async loadLogs(): Promise<void> {
    const { logs } = this.panels;
    if (this.store.logs.length === 0) logs.setEmpty('Loading the logs …');
    try {
      await this.store.loadLogs();
      logs.setEmpty(null);
    } catch (error) {
      logs.setEmpty(`The logs cannot be shown. ${messageOf(error)}`);
    }
  }

  private listen(): void {
    const { store, panels, tabs } = this;
    store.on('events', (events) => this.showEvents(events));
    store.on('traces', (traces) => {
      panels.traces.setItems(traces);
      tabs.setCount('traces', traces.length);
      panels.info.refresh();
    });
    store.on('logs', (logs) => {
      panels.logs.setItems(logs);
      tabs.setCount('logs', logs.length);
    });
    store.on('session', () => panels.info.refresh());
    store.on('problem', (text) => this.element.prepend(h('p', { class: 'strip', role: 'alert' }, text)));
  }

  private showEvents(events: readonly SessionEvent[]): void {
    for (const name of EVENT_PANELS) {
      const about = events.filter(ABOUT[name]);
      if (name === 'state') this.states = about;
      this.panels[name].setItems(about);
      this.tabs.setCount(name, about.length);
    }
    this.panels.info.refresh();
  }
}

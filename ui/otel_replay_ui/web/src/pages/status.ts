/** `/status`: what comes in, what is refused and what helps, what is stored, what waits. */

import { api } from '../lib/api';
import { appRoot, messageOf, notice, topBar } from '../lib/chrome';
import { fill, h } from '../lib/dom';
import { StatusView } from '../status/view';

const REFRESH_MS = 5000;

class StatusPage {
  private readonly view = new StatusView();
  private readonly version = h('p', { class: 'status-version' });
  private readonly strip = h('p', { class: 'strip', role: 'alert', hidden: true });
  private readonly body = h('div', {}, h('p', { class: 'loading-page' }, 'Looking …'));
  private busy = false;
  private shown = false;

  mount(root: HTMLElement): void {
    const head = h('div', { class: 'page-head' }, h('h1', {}, 'Status'), this.view.health, this.version);
    fill(root, topBar(), h('main', { id: 'main', class: 'status-page' }, head, this.strip, this.body));
    setInterval(() => void this.refresh(), REFRESH_MS);
    document.addEventListener('visibilitychange', () => void this.refresh());
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    if (document.hidden || this.busy) return;
    this.busy = true;
    try {
      const status = await api.status();
      this.view.show(status);
      fill(this.version, `otel-replay ${status.version} · project ${status.project}`);
      if (!this.shown) fill(this.body, this.view.element);
      this.shown = true;
      this.strip.hidden = true;
    } catch (error) {
      this.fail(messageOf(error));
    } finally {
      this.busy = false;
    }
  }

  /** What was known stays in sight. */
  private fail(message: string): void {
    if (!this.shown) {
      fill(this.body, notice('The status cannot be had', message));
      return;
    }
    fill(this.strip, `${message} What stands below is not of now.`);
    this.strip.hidden = false;
  }
}

new StatusPage().mount(appRoot());

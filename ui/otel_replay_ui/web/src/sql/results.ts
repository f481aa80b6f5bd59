/** A result as a table or as a chart, or what went wrong. */

import { fill, h } from '../lib/dom';
import { duration, plural } from '../lib/format';
import type { Answer, DownloadFormat } from './ask';
import { Chart } from './chart';
import { Grid } from './grid';

type View = 'table' | 'chart';

const DOWNLOADS: [DownloadFormat, string][] = [['csv', 'CSV'], ['ndjson', 'JSON lines'], ['parquet', 'Parquet']];

export class Results {
  private readonly summary = h('p', { class: 'sql-summary', role: 'status', data: { testid: 'sql-summary' } });
  private readonly views: Record<View, HTMLButtonElement> = { table: this.viewButton('table', 'Table'), chart: this.viewButton('chart', 'Chart') };
  private readonly save: HTMLElement;
  private readonly body = h('div', { class: 'sql-body' });
  private readonly grid = new Grid();
  private readonly chart = new Chart();
  private view: View = 'table';
  private answer: Answer | null = null;
  readonly element: HTMLElement;

  constructor(onDownload: (format: DownloadFormat) => void) {
    const pick = (event: Event): void => {
      const select = event.target as HTMLSelectElement;
      if (select.value) onDownload(select.value as DownloadFormat);
      select.value = '';
    };
    const options = DOWNLOADS.map(([value, name]) => h('option', { value }, name));
    this.save = h('select', { class: 'select', 'aria-label': 'Download the result', on: { change: pick } }, h('option', { value: '' }, 'Download …'), ...options);
    const tools = h('div', { class: 'sql-tools' }, this.views.table, this.views.chart, this.save);
    this.element = h('section', { class: 'sql-results', 'aria-label': 'What the statement answers' }, h('div', { class: 'sql-results-head' }, this.summary, tools), this.body);
    this.idle();
  }

  idle(): void {
    this.say('Run a statement to see its result.');
    fill(this.body);
  }

  running(): void {
    this.say('Running …');
  }

  cancelled(): void {
    this.say('Cancelled.');
    fill(this.body);
  }

  show(answer: Answer): void {
    this.answer = answer;
    this.say(`${plural(answer.rows.length, 'row')} · ${duration(answer.seconds * 1000)}`);
    this.draw();
  }

  fail(message: string): void {
    this.answer = null;
    this.say('That did not work.');
    fill(this.body, h('pre', { class: 'sql-error', role: 'alert' }, message));
  }

  private say(text: string): void {
    fill(this.summary, text);
    for (const [name, button] of Object.entries(this.views)) button.setAttribute('aria-pressed', String(name === this.view));
  }

  private viewButton(view: View, title: string): HTMLButtonElement {
    return h('button', { class: 'toggle', type: 'button', on: { click: () => this.choose(view) } }, title);
  }

  private choose(view: View): void {
    this.view = view;
    for (const [name, button] of Object.entries(this.views)) button.setAttribute('aria-pressed', String(name === view));
    if (this.answer) this.draw();
  }

  private draw(): void {
    if (!this.answer) return;
    const shown = this.view === 'table' ? this.grid : this.chart;
    fill(this.body, shown.element);
    shown.show(this.answer);
  }
}

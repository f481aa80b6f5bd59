/** `/sql`: questions in SQL, and their answers as tables, charts and files. `?q=` is a statement to begin with. */

import { appRoot, messageOf, toast, topBar } from '../lib/chrome';
import { fill, h } from '../lib/dom';
import { icon } from '../lib/icons';
import { projects } from '../lib/project';
import { readParams, replaceParams } from '../lib/url';
import { ask, download, type DownloadFormat } from '../sql/ask';
import { Editor } from '../sql/editor';
import { Results } from '../sql/results';
import { EXAMPLES, SavedStatements } from '../sql/saved';
import { loadKeys, loadTables } from '../sql/schema';
import { Sidebar } from '../sql/sidebar';

class SqlPage {
  private readonly saved = new SavedStatements(projects().current);
  private readonly editor = new Editor({ text: readParams().get('q') ?? EXAMPLES[0]!.statement, onRun: () => void this.run() });
  private readonly results = new Results((format) => void this.download(format));
  private readonly runButton = h('button', { class: 'button primary', type: 'button', title: 'Ctrl+Enter', on: { click: () => void this.run() } }, icon('play', 12), 'Run');
  private readonly cancelButton = h('button', { class: 'button', type: 'button', disabled: true, on: { click: () => this.running?.abort() } }, 'Cancel');
  private readonly nameInput = h('input', { class: 'sql-name', placeholder: 'Name to save it by', 'aria-label': 'Name to save the statement by', maxlength: 80 });
  private readonly sidebar = new Sidebar({
    onColumn: (name) => this.editor.insert(name),
    onTable: (name) => this.open(`SELECT *\nFROM ${name}\nLIMIT 100`),
    onOpen: (statement) => this.open(statement),
    onRemove: (name) => this.remove(name),
  });
  private running: AbortController | null = null;

  mount(root: HTMLElement): void {
    const save = h('form', { class: 'sql-save', on: { submit: (event) => this.save(event) } }, this.nameInput, h('button', { class: 'button', type: 'submit' }, 'Save'));
    const bar = h('div', { class: 'sql-bar' }, this.runButton, this.cancelButton, h('span', { class: 'sql-hint' }, 'Read only; Ctrl+Enter runs it.'), save);
    const work = h('div', { class: 'sql-work' }, h('div', { class: 'sql-editor' }, this.editor.element), bar, this.results.element);
    fill(root, topBar(), h('main', { id: 'main', class: 'sql-page' }, h('h1', { class: 'visually-hidden' }, 'SQL'), this.sidebar.element, work));
    this.showSaved();
    void this.learn();
    this.editor.focus();
  }

  private async learn(): Promise<void> {
    try {
      const tables = await loadTables();
      this.sidebar.showTables(tables);
      this.editor.learnTables(tables);
      this.editor.learnKeys(await loadKeys());
    } catch (error) {
      this.sidebar.fail(messageOf(error));
    }
  }

  private async run(): Promise<void> {
    this.running?.abort();
    const own = new AbortController();
    this.busy(own);
    this.results.running();
    replaceParams({ q: this.editor.text });
    try {
      const answer = await ask(this.editor.text, own.signal);
      if (this.running === own) this.results.show(answer);
    } catch (error) {
      if (this.running !== own) return;
      if (own.signal.aborted) this.results.cancelled();
      else this.results.fail(messageOf(error));
    } finally {
      if (this.running === own) this.busy(null);
    }
  }

  private busy(running: AbortController | null): void {
    this.running = running;
    this.cancelButton.disabled = running === null;
  }

  private async download(format: DownloadFormat): Promise<void> {
    try {
      const url = URL.createObjectURL(await download(this.editor.text, format));
      h('a', { href: url, download: `result.${format}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      this.results.fail(messageOf(error));
    }
  }

  private open(statement: string): void {
    this.editor.text = statement;
    this.editor.focus();
    void this.run();
  }

  private save(event: Event): void {
    event.preventDefault();
    const name = this.nameInput.value.trim();
    if (!name) {
      this.nameInput.focus();
      return;
    }
    const kept = this.saved.save({ name, statement: this.editor.text });
    toast(kept ? `Saved as ${name}` : 'This browser does not keep it.');
    this.nameInput.value = '';
    this.showSaved();
  }

  private remove(name: string): void {
    this.saved.remove(name);
    this.showSaved();
  }

  private showSaved(): void {
    this.sidebar.showSaved(this.saved.all(), EXAMPLES);
  }
}

new SqlPage().mount(appRoot());

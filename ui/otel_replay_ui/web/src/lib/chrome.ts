/** What every page has: the bar at the top, messages, and the frame around the content. */

import { h, fill, type Child } from './dom';
import { icon } from './icons';
import { pageUrl, projects } from './project';
import { currentTheme, onThemeChange, toggleTheme } from './theme';

/** The page's root element, as the template made it. */
export function appRoot(): HTMLElement {
  const root = document.getElementById('app');
  if (!root) throw new Error('The page has no #app element.');
  return root;
}

export function topBar(...content: Child[]): HTMLElement {
  const brand = h('a', { class: 'brand', href: pageUrl('/sessions'), 'aria-label': 'otel-replay, all sessions' }, logo(), h('span', {}, 'otel-replay'));
  return h('header', { class: 'topbar' }, brand, projectSwitch(), ...content, h('div', { class: 'topbar-end' }, sqlLink(), statusLink(), themeButton()));
}

function sqlLink(): Child {
  const { page, id } = appRoot().dataset;
  const title = 'Ask the database in SQL';
  // A session's bar has no room for the word.
  if (page === 'session') return h('a', { class: 'icon-button sql-link', href: sessionInSql(id ?? ''), 'aria-label': 'Open in SQL', title: 'Open this session in SQL' }, icon('terminal'));
  return h('a', { class: 'bar-link', href: pageUrl('/sql'), title, 'aria-current': page === 'sql' && 'page' }, icon('terminal'), h('span', {}, 'SQL'));
}

/** A statement to begin with; an id that could end its quotation is left out. */
function sessionInSql(id: string): string {
  const known = /^[\w.-]+$/.test(id) ? id : '';
  const statement = `SELECT Timestamp, Kind, Title, Status, TraceId\nFROM session_events\nWHERE SessionId = '${known}'\nORDER BY Timestamp\nLIMIT 200`;
  return `${pageUrl('/sql')}?q=${encodeURIComponent(statement)}`;
}

function statusLink(): HTMLElement {
  const { page } = appRoot().dataset;
  const current = page === 'status' && 'page';
  const title = 'What comes in, what is refused, what is stored';
  // A session's bar has no room for the word.
  if (page === 'session') return h('a', { class: 'icon-button', href: pageUrl('/status'), 'aria-label': 'Status', title: `Status: ${title}` }, icon('pulse'));
  return h('a', { class: 'bar-link', href: pageUrl('/status'), title, 'aria-current': current }, icon('pulse'), h('span', {}, 'Status'));
}

/** A choice of project, where the server has more than one. */
function projectSwitch(): Child {
  const { current, all } = projects();
  if (all.length < 2) return false;
  const options = all.map(({ name, base }) => h('option', { value: base, selected: name === current }, name));
  const go = (event: Event): void => location.assign(`${(event.target as HTMLSelectElement).value}/sessions`);
  return h('select', { class: 'select', 'aria-label': 'Project', on: { change: go } }, ...options);
}

function logo(): HTMLElement {
  return h('span', { class: 'logo', 'aria-hidden': 'true' }, icon('play', 12));
}

function themeButton(): HTMLElement {
  const button = h('button', { class: 'icon-button', type: 'button', on: { click: () => toggleTheme() } });
  const refresh = (): void => {
    const dark = currentTheme() === 'dark';
    fill(button, icon(dark ? 'sun' : 'moon'));
    button.setAttribute('aria-label', dark ? 'Use the light theme' : 'Use the dark theme');
    button.title = dark ? 'Light theme' : 'Dark theme';
  };
  refresh();
  onThemeChange(refresh);
  return button;
}

/** A page or panel that has nothing to show, and says why. */
export function notice(title: string, text: string, ...actions: Child[]): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('p', { class: 'notice-title' }, title),
    h('p', { class: 'notice-text' }, sentence(text)),
    actions.length > 0 && h('div', { class: 'notice-actions' }, ...actions),
  );
}

/** The server's messages begin small, as messages of programs do. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

const TOAST_MS = 2200;

/** A short message at the bottom of the page. */
export function toast(text: string): void {
  document.querySelector('.toast')?.remove();
  const element = h('div', { class: 'toast', role: 'status' }, text);
  document.body.append(element);
  setTimeout(() => element.remove(), TOAST_MS);
}

/** Put `text` on the clipboard and say so. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast('The browser does not allow copying here.');
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Light or dark: what the system says, unless the viewer chose. */

export type Theme = 'light' | 'dark';

const KEY = 'otel-replay.theme';

function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null; // storage can be forbidden; the system's choice then holds
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    return; // as above: the choice holds for this page only
  }
}

export function applyRememberedTheme(): void {
  const theme = remembered();
  if (theme) document.documentElement.dataset['theme'] = theme;
}

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Switch, remember, and tell whatever draws on a canvas. */
export function toggleTheme(): Theme {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = theme;
  remember(theme);
  document.dispatchEvent(new CustomEvent('themechange'));
  return theme;
}

/** Call `redraw` whenever the colours change. */
export function onThemeChange(redraw: () => void): void {
  document.addEventListener('themechange', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}

import type { Emit } from '../emitter';
import * as names from '../semconv';
import type { Warnings } from '../warnings';

export type NavigationType = 'load' | 'reload' | 'traverse' | 'push' | 'replace' | 'hash';

export interface NavigationSignal {
  /** Reports a page that came back from the back/forward cache. */
  restored: () => void;
  stop: () => void;
}

/** Reports the page load and each navigation inside the page. */
export function watchNavigation(emit: Emit, warnings: Warnings): NavigationSignal {
  let lastHref = location.href;
  const report = (type: NavigationType): void => {
    lastHref = location.href;
    const attributes = { [names.NAVIGATION_TYPE]: type, [names.URL_FULL]: location.href, [names.DOCUMENT_TITLE]: document.title };
    emit(names.NAVIGATION_EVENT, { attributes });
  };
  const onPopState = (): void => {
    // Where only the fragment differs, hashchange follows and says so.
    const onlyHash = location.href !== lastHref && withoutHash(location.href) === withoutHash(lastHref);
    if (!onlyHash) warnings.guard(() => report('traverse'));
  };
  const onHashChange = (): void => {
    if (location.href !== lastHref) warnings.guard(() => report('hash'));
  };
  const unpatch = [patch('pushState', 'push'), patch('replaceState', 'replace')];
  window.addEventListener('popstate', onPopState);
  window.addEventListener('hashchange', onHashChange);
  report(loadType());
  return {
    restored: () => report('traverse'),
    stop: () => {
      unpatch.forEach((undo) => undo());
      window.removeEventListener('popstate', onPopState);
      window.removeEventListener('hashchange', onHashChange);
    },
  };

  function patch(method: 'pushState' | 'replaceState', type: NavigationType): () => void {
    const original = history[method];
    let active = true;
    const patched: History['pushState'] = function (this: History, ...args) {
      original.apply(this, args);
      if (active) warnings.guard(() => report(type));
    };
    history[method] = patched;
    return () => {
      active = false;
      if (history[method] === patched) history[method] = original;
    };
  }
}

function withoutHash(href: string): string {
  return href.split('#', 1)[0] ?? href;
}

function loadType(): NavigationType {
  const entry = performance.getEntriesByType?.('navigation')[0] as PerformanceNavigationTiming | undefined;
  if (entry?.type === 'reload') return 'reload';
  return entry?.type === 'back_forward' ? 'traverse' : 'load';
}

import type { Warnings } from './warnings';

/** Moments of a page's life; see https://web.dev/articles/bfcache for why `unload` is not among them. */
export interface PageHooks {
  /** The page is not seen any more and may be ended without another word. */
  readonly onHidden: () => void;
  /** The page is being left; it may come back from the back/forward cache. */
  readonly onLeave: () => void;
  readonly onRestored: () => void;
  readonly onOnline: () => void;
}

/** Calls the hooks, guarded; returns how to stop. */
export function watchPage(hooks: PageHooks, warnings: Warnings): () => void {
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') warnings.guard(hooks.onHidden);
  };
  const onPageHide = (): void => void warnings.guard(hooks.onLeave);
  const onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) warnings.guard(hooks.onRestored);
  };
  const onOnline = (): void => void warnings.guard(hooks.onOnline);
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('pagehide', onPageHide);
  window.addEventListener('pageshow', onPageShow);
  window.addEventListener('online', onOnline);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('pagehide', onPageHide);
    window.removeEventListener('pageshow', onPageShow);
    window.removeEventListener('online', onOnline);
  };
}

/** Runs `start` now, or when a prerendered page is shown to somebody. */
export function whenActivated(start: () => void): void {
  if ((document as { prerendering?: boolean }).prerendering === true) {
    document.addEventListener('prerenderingchange', start, { once: true });
  } else start();
}

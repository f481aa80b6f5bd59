/**
 * What counts as a person being there. `scroll` is left out on purpose: pages scroll themselves
 * (chats, tickers), while a person scrolls with wheel, touch, keys or a pressed pointer.
 */
const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Calls `onActivity` before the page's own listeners see the input; returns how to stop. */
export function watchActivity(onActivity: () => void): () => void {
  const options = { capture: true, passive: true } as const;
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') onActivity();
  };
  INPUTS.forEach((type) => window.addEventListener(type, onActivity, options));
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    INPUTS.forEach((type) => window.removeEventListener(type, onActivity, options));
    document.removeEventListener('visibilitychange', onVisible);
  };
}

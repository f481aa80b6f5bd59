import type { Core } from '../core';
import * as names from '../semconv';

/** Reports when the page is seen or not, whether there is a network, and how much memory it uses (Chromium). */
export function watchPageState({ emit, warnings }: Pick<Core, 'emit' | 'warnings'>): () => void {
  const onVisibility = (): void => {
    const { memory } = performance as { memory?: { usedJSHeapSize: number; jsHeapSizeLimit: number } };
    emit(names.VISIBILITY_EVENT, { attributes: { 'browser.visibility.state': document.visibilityState } });
    if (memory) emit(names.MEMORY_EVENT, { attributes: { 'browser.memory.used': memory.usedJSHeapSize, 'browser.memory.limit': memory.jsHeapSizeLimit } });
  };
  const onConnectivity = (): void => {
    const { connection } = navigator as { connection?: { effectiveType?: string } };
    emit(names.CONNECTIVITY_EVENT, { attributes: { 'browser.connectivity.online': navigator.onLine, 'network.connection.subtype': connection?.effectiveType } });
  };
  const listen: readonly [EventTarget, string, () => void][] = [
    [document, 'visibilitychange', onVisibility],
    [window, 'online', onConnectivity],
    [window, 'offline', onConnectivity],
  ];
  const guarded = listen.map(([target, type, report]) => {
    const listener = (): void => void warnings.guard(report);
    target.addEventListener(type, listener);
    return () => target.removeEventListener(type, listener);
  });
  return () => guarded.forEach((stop) => stop());
}

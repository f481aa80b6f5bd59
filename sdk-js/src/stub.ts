/**
 * For pages that load the SDK with `async`: stands in for it meanwhile. Calls are kept and made later; errors too.
 *
 *     <script data-src="/static/otel.js" data-endpoint="…" data-service="…">…this file…</script>
 */
import type { Stub } from './early';

const target = window as { otelReplay?: unknown };

if (!target.otelReplay) {
  const tag = document.currentScript as HTMLScriptElement;
  const script = document.createElement('script');
  const calls: Stub['calls'] = [];
  const errors: Stub['errors'] = [];
  const known: Record<string, unknown> = { calls, errors };
  // One object for every function there is or will be: whatever is called is kept.
  target.otelReplay = new Proxy(known, { get: (_, name: string) => known[name] ?? ((...args: unknown[]) => void calls.push([name, args])) });
  ['error', 'unhandledrejection'].forEach((type) => addEventListener(type, (event) => errors.length < 50 && errors.push(event), true));
  Object.assign(script.dataset, tag.dataset);
  script.nonce = tag.nonce;
  if (tag.dataset['integrity']) {
    script.crossOrigin = 'anonymous';
    script.integrity = tag.dataset['integrity'];
  }
  script.src = tag.dataset['src'] as string;
  document.head.append(script);
}

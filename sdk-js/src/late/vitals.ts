import type { Core } from '../core';
import { randomHex } from '../ids';
import type { Attributes } from '../otlp/model';
import * as names from '../semconv';
import { cssSelector } from './selector';

/** Good up to the first, poor above the second (https://web.dev/articles/vitals). */
const RATINGS = { TTFB: [800, 1800], FCP: [1800, 3000], LCP: [2500, 4000], INP: [200, 500], CLS: [0.1, 0.25] } as const;
type Name = keyof typeof RATINGS;
/** Shifts are summed while they come within a second of each other, for five seconds at most. */
const SHIFT_GAP_MS = 1000;
const SHIFT_WINDOW_MS = 5000;
const LONG_TASK_LIMIT = 50;

interface Entry extends PerformanceEntry {
  readonly element?: Element | null;
  readonly url?: string;
  readonly target?: Element | null;
  readonly interactionId?: number;
  readonly processingStart?: number;
  readonly processingEnd?: number;
  readonly value?: number;
  readonly hadRecentInput?: boolean;
  readonly sources?: readonly { readonly node?: Node | null }[];
  readonly responseStart?: number;
  readonly type?: string;
  readonly attribution?: readonly { readonly containerSrc?: string; readonly name?: string }[];
}

/** Reports the web vitals with what caused them, when they are final, and tasks of more than 50 ms. */
export function watchVitals({ emit, warnings }: Pick<Core, 'emit' | 'warnings'>): () => void {
  const navigation = performance.getEntriesByType('navigation')[0] as Entry | undefined;
  const found = new Map<Name, { value: number; cause: Attributes }>();
  const sent = new Map<Name, number>();
  const ids = new Map<Name, string>();
  const note = (name: Name, value: number, cause: Attributes = {}): void => void found.set(name, { value, cause });
  const report = (): void => {
    found.forEach(({ value, cause }, name) => {
      const before = sent.get(name);
      if (before === value) return;
      sent.set(name, value);
      if (!ids.has(name)) ids.set(name, randomHex(8));
      const vital = { name, value, delta: value - (before ?? 0), id: ids.get(name), navigation_type: navigation?.type ?? 'navigate', rating: rating(name, value), ...cause };
      emit(names.VITAL_EVENT, { attributes: Object.fromEntries(Object.entries(vital).map(([key, one]) => [`${names.VITAL_EVENT}.${key}`, one])) });
    });
  };

  const observers: PerformanceObserver[] = [];
  const observe = (type: string, onEntry: (entry: Entry) => void, options: object = {}): void => {
    if (!PerformanceObserver.supportedEntryTypes?.includes(type)) return;
    const observer = new PerformanceObserver((list) => warnings.guard(() => list.getEntries().forEach(onEntry)));
    observer.observe({ type, buffered: true, ...options });
    observers.push(observer);
  };
  if (navigation?.responseStart) note('TTFB', navigation.responseStart);
  observe('paint', (entry) => entry.name === 'first-contentful-paint' && note('FCP', entry.startTime));
  observe('largest-contentful-paint', (entry) => note('LCP', entry.startTime, { ...at(entry.element), url: entry.url || undefined }));
  observe('layout-shift', createShifts((value, entry) => note('CLS', value, at(entry.sources?.[0]?.node))));
  const interactions = createInteractions((entry) => {
    const cause = { ...at(entry.target), event: entry.name, input_delay: (entry.processingStart ?? 0) - entry.startTime, processing: (entry.processingEnd ?? 0) - (entry.processingStart ?? 0) };
    note('INP', entry.duration, cause);
  });
  observe('event', interactions, { durationThreshold: 40 });
  observe('first-input', interactions);
  let longTasks = 0;
  observe('longtask', (entry) => {
    if (++longTasks > LONG_TASK_LIMIT) return;
    const timeMs = performance.timeOrigin + entry.startTime;
    emit(names.LONG_TASK_EVENT, { attributes: { 'browser.long_task.duration': entry.duration, 'browser.long_task.source': entry.attribution?.[0]?.containerSrc || entry.name }, timeMs });
  });
  const onHidden = (): void => {
    if (document.visibilityState === 'hidden') warnings.guard(report);
  };
  const onLoad = (): void => void setTimeout(() => warnings.guard(report), 0);
  document.addEventListener('visibilitychange', onHidden, true);
  window.addEventListener('pagehide', report, true);
  if (document.readyState === 'complete') onLoad();
  else window.addEventListener('load', onLoad);
  return () => {
    observers.forEach((observer) => observer.disconnect());
    document.removeEventListener('visibilitychange', onHidden, true);
    window.removeEventListener('pagehide', report, true);
    window.removeEventListener('load', onLoad);
  };
}

function rating(name: Name, value: number): string {
  const [good, poor] = RATINGS[name];
  return value <= good ? 'good' : value <= poor ? 'needs-improvement' : 'poor';
}

function at(node: Node | null | undefined): Attributes {
  return node instanceof Element ? { target: cssSelector(node) } : {};
}

/** The worst run of layout shifts so far, told whenever it grows. */
function createShifts(onWorst: (value: number, entry: Entry) => void): (entry: Entry) => void {
  let worst = 0;
  let sum = 0;
  let first = -Infinity;
  let last = -Infinity;
  return (entry) => {
    if (entry.hadRecentInput) return;
    const { startTime, value = 0 } = entry;
    const goesOn = startTime - last < SHIFT_GAP_MS && startTime - first < SHIFT_WINDOW_MS;
    sum = goesOn ? sum + value : value;
    if (!goesOn) first = startTime;
    last = startTime;
    if (sum <= worst) return;
    worst = sum;
    onWorst(worst, entry);
  };
}

/** The slowest interaction, leaving out one in fifty (https://web.dev/articles/inp). */
function createInteractions(onSlowest: (entry: Entry) => void): (entry: Entry) => void {
  let slowest: Entry[] = [];
  const seen = new Set<number>();
  return (entry) => {
    const id = entry.interactionId ?? 0;
    if (id === 0 && entry.entryType !== 'first-input') return;
    seen.add(id);
    const others = slowest.filter((other) => other.interactionId !== id || other.duration > entry.duration);
    if (others.some((other) => other.interactionId === id)) return;
    slowest = [...others, entry].sort((a, b) => b.duration - a.duration).slice(0, 10);
    const chosen = slowest[Math.min(slowest.length - 1, Math.floor(seen.size / 50))];
    if (chosen) onSlowest(chosen);
  };
}

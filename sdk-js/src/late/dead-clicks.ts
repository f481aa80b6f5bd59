import type { ClickRules } from '../options';
import type { Attributes } from '../otlp/model';

const DEAD_MS = 2500;
/** Scrolling and selecting follow a click within this, when they follow from it. */
const REACTION_MS = 100;

interface Waiting {
  readonly atMs: number;
  readonly attributes: Attributes;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Watches what comes of clicks. Dead is one after which the page does not change for `deadMs`, and that neither scrolls nor
 * selects anything at once. Not judged: links, clicks with modifier keys, and those after which the page is hidden or the
 * focus moves (opened windows, native controls).
 */
export function watchDeadClicks({ deadMs = DEAD_MS }: ClickRules, onDead: (attributes: Attributes, timeMs: number) => void): { clicked: (event: MouseEvent, target: Element, attributes: Attributes) => void; stop: () => void } {
  if (deadMs <= 0) return { clicked: () => undefined, stop: () => undefined };
  let waiting: Waiting[] = [];
  const settle = (alive: (click: Waiting) => boolean): void => {
    waiting = waiting.filter((click) => {
      if (alive(click)) clearTimeout(click.timer);
      return !alive(click);
    });
  };
  const onChange = (): void => settle(() => true);
  const onReaction = (): void => settle(({ atMs }) => Date.now() - atMs <= REACTION_MS);
  const observer = new MutationObserver(onChange);
  const listen: readonly [EventTarget, string, () => void][] = [
    [document, 'scroll', onReaction],
    [document, 'selectionchange', onReaction],
    [document, 'visibilitychange', onChange],
    [window, 'blur', onChange],
    [document, 'focusin', onChange],
    [window, 'pagehide', onChange],
  ];
  listen.forEach(([on, type, react]) => on.addEventListener(type, react, true));
  const clicked = (event: MouseEvent, target: Element, attributes: Attributes): void => {
    const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (modified || target.closest('a, area, input, select, textarea, label, option, video, audio, [contenteditable]')) return;
    if (waiting.length === 0) observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const atMs = Date.now();
    const timer = setTimeout(() => {
      settle((click) => click.timer === timer);
      if (waiting.length === 0) observer.disconnect();
      onDead(attributes, atMs);
    }, deadMs);
    waiting.push({ atMs, attributes, timer });
  };
  return {
    clicked,
    stop: () => {
      observer.disconnect();
      onChange();
      listen.forEach(([on, type, react]) => on.removeEventListener(type, react, true));
    },
  };
}

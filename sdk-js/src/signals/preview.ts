/** Deeper values and longer lists of a console argument are shown as "…". */
const DEPTH = 3;
const ENTRIES = 20;

/** Text of console arguments as a developer would read them, at most about `budget` units long. */
export function formatConsole(args: readonly unknown[], budget: number): string {
  const [first, ...rest] = args;
  const [head, used] = typeof first === 'string' ? substitute(first, rest) : [preview(first, budget), 0];
  let text = head;
  for (const value of rest.slice(used)) {
    if (text.length >= budget) break;
    text += ` ${preview(value, budget)}`;
  }
  return text;
}

/** Fills `%s %d %i %f %o %O %c`; returns the text and how many values it took. */
function substitute(format: string, values: readonly unknown[]): [string, number] {
  let used = 0;
  const text = format.replace(/%([sdifoOc%])/g, (whole, kind: string) => {
    if (kind === '%') return '%';
    if (used >= values.length) return whole;
    const value = values[used++];
    if (kind === 'c') return '';
    if (kind === 'd' || kind === 'i') return String(Math.trunc(Number(value)));
    return kind === 'f' ? String(Number(value)) : preview(value, 500);
  });
  return [text, used];
}

/** A value as text; walks no further than `budget`, so that logging a huge object costs little. */
export function preview(value: unknown, budget: number): string {
  const seen = new Set<unknown>();
  let left = budget;
  const show = (item: unknown, depth: number): string => {
    const text = depth < 0 || left <= 0 ? '…' : describe(item, depth);
    left -= text.length;
    return text;
  };
  const describe = (item: unknown, depth: number): string => {
    if (typeof item === 'string') return depth === DEPTH ? item : JSON.stringify(item.slice(0, budget));
    if (typeof item === 'function') return `function ${item.name}`;
    if (typeof item !== 'object' || item === null) return String(item);
    if (item instanceof Error) return item.stack ?? String(item);
    if (typeof Element !== 'undefined' && item instanceof Element) return `<${item.localName}>`;
    if (seen.has(item)) return '[circular]';
    seen.add(item);
    return Array.isArray(item) ? list(item, depth) : record(item, depth);
  };
  const list = (items: readonly unknown[], depth: number): string => {
    const shown = items.slice(0, ENTRIES).map((item) => show(item, depth - 1));
    return `[${[...shown, ...(items.length > ENTRIES ? ['…'] : [])].join(', ')}]`;
  };
  const record = (item: object, depth: number): string => {
    const keys = Object.keys(item);
    const shown = keys.slice(0, ENTRIES).map((key) => `${key}: ${show((item as Record<string, unknown>)[key], depth - 1)}`);
    return `{${[...shown, ...(keys.length > ENTRIES ? ['…'] : [])].join(', ')}}`;
  };
  return show(value, DEPTH);
}

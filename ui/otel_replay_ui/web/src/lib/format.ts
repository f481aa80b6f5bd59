/** Numbers and times as people read them. */

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** A moment of a replay: `1:05`, `1:02:03`, and with `tenths` `1:05.3`. */
export function clockTime(ms: number, tenths = false): string {
  const whole = Math.max(0, tenths ? Math.floor(ms / 100) * 100 : Math.floor(ms / 1000) * 1000);
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const seconds = Math.floor((whole % MINUTE) / 1000);
  const head = hours > 0 ? `${hours}:${pad(minutes)}` : `${minutes}`;
  const tail = tenths ? `.${Math.floor((whole % 1000) / 100)}` : '';
  return `${head}:${pad(seconds)}${tail}`;
}

/** A length of time in at most two units: `480 µs`, `48 ms`, `1.25 s`, `3 m 20 s`, `2 h 5 m`. */
export function duration(ms: number): string {
  if (ms < 0.0005) return '0 ms';
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 10) return `${trimZeros(ms.toFixed(2))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${trimZeros((ms / 1000).toFixed(2))} s`;
  if (ms < MINUTE - 500) return `${Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), 'm', seconds % 60, 's');
  return twoUnits(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'm');
}

function twoUnits(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `just now`, `3 min ago`, `2 h ago`, then the date. */
export function ago(ms: number, now = Date.now()): string {
  const past = now - ms;
  if (past < 10_000) return 'just now';
  if (past < MINUTE) return `${Math.floor(past / 1000)} s ago`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min ago`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h ago`;
  if (past < 7 * DAY) return `${Math.floor(past / DAY)} d ago`;
  return new Date(ms).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Date and time of day with milliseconds, in the viewer's zone. */
export function exactTime(ms: number): string {
  const date = new Date(ms);
  const day = date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
  return `${day}, ${timeOfDay(ms)}`;
}

/** For `datetime` attributes; empty when the time is none that a calendar has. */
export function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** `14:05:06.789` in the viewer's zone. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part)).join(':');
  return `${time}.${pad(date.getMilliseconds(), 3)}`;
}

/** `812 B`, `1.2 kB`, `3.4 MB`, `5.6 GB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${trimZeros((count / 1000).toFixed(1))} kB`;
  if (count < 1_000_000_000) return `${trimZeros((count / 1_000_000).toFixed(1))} MB`;
  return `${trimZeros((count / 1_000_000_000).toFixed(1))} GB`;
}

/** `812`, `1.2k`, `100k`, `3M`: where there is no room for more. */
export function compact(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_500) return `${trimZeros((count / 1000).toFixed(count < 9950 ? 1 : 0))}k`;
  return `${trimZeros((count / 1_000_000).toFixed(1))}M`;
}

/** `1 error`, `2 errors`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Path and query of an address, for places where the origin is known or does not matter. */
export function urlPath(address: string): string {
  try {
    const url = new URL(address);
    return url.pathname + url.search + url.hash;
  } catch {
    return address;
  }
}

/** Host of an address; empty when it is not one. */
export function urlHost(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return '';
  }
}

export const shortId = (id: string): string => id.slice(0, 8);

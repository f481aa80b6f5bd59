import { HANDLE, type Handle } from '../api';

type Call = readonly [name: keyof Handle, args: readonly unknown[]];
type Holder = { [HANDLE]?: unknown };

/** Stands in for the handle while the settings are on their way: keeps calls and errors, and makes the calls afterwards. */
export class Queue {
  private readonly calls: Call[] = [];
  readonly errors: Event[] = [];
  private readonly keep = (event: Event): void => void (this.errors.length < 50 && this.errors.push(event));
  private readonly standIn: object;

  /** `onConsent`: the page has called `consent()`. */
  constructor(onConsent: () => void) {
    this.standIn = new Proxy({}, { get: (_, name) => (...args: unknown[]) => this.take(name as keyof Handle, args, onConsent) });
    (window as Holder)[HANDLE] = this.standIn;
    ['error', 'unhandledrejection'].forEach((type) => addEventListener(type, this.keep, true));
  }

  /** Makes room for the real one. */
  close(): void {
    ['error', 'unhandledrejection'].forEach((type) => removeEventListener(type, this.keep, true));
    if ((window as Holder)[HANDLE] === this.standIn) delete (window as Holder)[HANDLE];
  }

  handOver(handle: Handle): void {
    const functions = handle as unknown as Record<string, (...args: unknown[]) => unknown>;
    this.calls.splice(0).forEach(([name, args]) => functions[name]?.(...args));
  }

  private take(name: keyof Handle, args: readonly unknown[], onConsent: () => void): unknown {
    if (name === 'flush') return Promise.resolve();
    if (name === 'getSessionId' || name === 'getSessionUrl') return undefined;
    this.calls.push([name, args]);
    if (name === 'consent' && args[0] !== false) onConsent();
    return name === 'shutdown' ? Promise.resolve() : undefined;
  }
}

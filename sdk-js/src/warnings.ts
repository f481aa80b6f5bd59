/** Told to the developer once per reason: why something was not recorded or not sent. */
export type WarningListener = (reason: string, message: string) => void;

/**
 * Says each reason once, on the console and to the page's `onWarning`, and counts the rest.
 * Holds the console's own `warn` from before it is captured, so a warning never becomes telemetry.
 */
export class Warnings {
  readonly counts: Record<string, number> = {};
  private readonly say: typeof console.warn = console.warn.bind(console);

  constructor(private readonly listener?: WarningListener) {}

  warn(reason: string, message: string): void {
    const before = this.counts[reason] ?? 0;
    this.counts[reason] = before + 1;
    if (before > 0) return;
    this.say(`[otel-replay] ${message}`);
    try {
      this.listener?.(reason, message);
    } catch (error) {
      this.say('[otel-replay] onWarning threw', error);
    }
  }

  /** Runs `work`; whatever it throws becomes a warning, because the page must never see it. */
  guard<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.internal(error);
      return undefined;
    }
  }

  /** An error of the SDK's own. */
  internal(error: unknown): void {
    this.warn('internal_error', `an internal step failed and was skipped: ${String(error)}`);
  }
}

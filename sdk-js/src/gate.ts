/** How much of the past is kept until something makes it worth sending. */
export const RING_MS = 60_000;

/** Lets things through at once while it is open, and keeps those of the last minute while it is not. */
export class Gate {
  private waiting: { readonly atMs: number; readonly send: () => void }[] = [];

  constructor(private isOpen: boolean) {}

  get opened(): boolean {
    return this.isOpen;
  }

  push(send: () => void): void {
    if (this.isOpen) return send();
    const now = Date.now();
    this.waiting = this.waiting.filter(({ atMs }) => atMs > now - RING_MS);
    this.waiting.push({ atMs: now, send });
  }

  open(): void {
    this.isOpen = true;
    this.waiting.splice(0).forEach(({ send }) => send());
  }

  close(): void {
    this.isOpen = false;
    this.waiting = [];
  }
}

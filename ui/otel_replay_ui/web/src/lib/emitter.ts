/** Tell listeners about something; the types of all messages are in one map. */

type Listener<T> = (value: T) => void;

export class Emitter<Messages extends object> {
  private readonly listeners = new Map<keyof Messages, Set<Listener<never>>>();

  /** Returns the function that ends the subscription. */
  on<K extends keyof Messages>(message: K, listener: Listener<Messages[K]>): () => void {
    const set = this.listeners.get(message) ?? new Set();
    this.listeners.set(message, set);
    set.add(listener as Listener<never>);
    return () => set.delete(listener as Listener<never>);
  }

  protected emit<K extends keyof Messages>(message: K, value: Messages[K]): void {
    for (const listener of this.listeners.get(message) ?? []) (listener as Listener<Messages[K]>)(value);
  }
}

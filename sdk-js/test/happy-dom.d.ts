/** What happy-dom adds to `window` for tests. */
interface Window {
  readonly happyDOM: { setURL(url: string): void };
}

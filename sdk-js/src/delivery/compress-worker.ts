/**
 * What the worker does: takes `[id, text]`, answers `[id, gzip of it as UTF-8, bytes before]`. Gets there as text too, so it uses nothing
 * from outside itself, and no syntax that bundlers replace by helpers. An error ends the worker for its owner.
 */
export function serveCompression(): void {
  const scope = self as unknown as Worker;
  scope.onmessage = ({ data: [id, text] }: MessageEvent<[number, string]>) => {
    const raw = new TextEncoder().encode(text);
    const stream = new Blob([raw]).stream().pipeThrough(new CompressionStream('gzip'));
    void new Response(stream).arrayBuffer().then((buffer) => {
      const body = new Uint8Array(buffer);
      scope.postMessage([id, body, raw.length], [buffer]);
    });
  };
}

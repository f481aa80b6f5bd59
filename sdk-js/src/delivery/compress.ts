/**
 * gzip of `bytes` off the main thread, or undefined where CompressionStream is missing (Safari before
 * 16.4): the chunk then goes out uncompressed. Rejects when the browser's compressor fails.
 */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> | undefined {
  if (typeof CompressionStream !== 'function') return undefined;
  const { readable, writable } = new CompressionStream('gzip');
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const read = new Response(readable).arrayBuffer();
  return Promise.all([read, written]).then(([buffer]) => new Uint8Array(buffer));
}

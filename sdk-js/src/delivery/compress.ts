/**
 * gzip of `bytes` off the main thread, or undefined where CompressionStream is missing (Safari before
 * 16.4): the chunk then goes out uncompressed. Rejects when the browser's compressor fails.
 */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> | undefined {
  if (typeof CompressionStream !== 'function') return undefined;
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(compressed).arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

/**
 * The framed form of recorded parts: length-prefixed JSON header, length-prefixed payload, repeated.
 * Parts come as they are stored; each is decompressed by itself.
 */

export interface FrameHeader {
  /** Where the answer is a stored segment, which may hold parts of several tabs. */
  tab?: string;
  seq: number;
  encoding?: string;
  error?: { code: string; message: string };
}

export interface Frame {
  header: FrameHeader;
  payload: Uint8Array<ArrayBuffer>;
}

export const FRAMES_TYPE = 'application/vnd.otel-replay.frames';

const LENGTH_BYTES = 4;

/** The bytes ended, or said something, that the format does not allow. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Holds bytes until a whole piece is there. */
class Bytes {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  constructor(private readonly reader: ReadableStreamDefaultReader<Uint8Array>) {}

  /** The next `count` bytes; null when the stream ends right here. Throws when it ends in between. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.length < count) {
      const { value, done } = await this.reader.read();
      if (done) {
        if (this.length === 0) return null;
        throw new FrameError('The answer broke off in the middle of a part.');
      }
      this.pieces.push(value);
      this.length += value.length;
    }
    return this.cut(count);
  }

  private cut(count: number): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const piece = this.pieces[0]!;
      const part = piece.subarray(0, count - filled);
      result.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.pieces.shift();
      else this.pieces[0] = piece.subarray(part.length);
    }
    this.length -= count;
    return result;
  }
}

/** Frames as they arrive. Throws FrameError when the stream is cut short or malformed. */
export async function* readFrames(stream: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const bytes = new Bytes(stream.getReader());
  for (;;) {
    const header = await block(bytes, true);
    if (header === null) return;
    const payload = await block(bytes, false);
    yield { header: parseHeader(header), payload: payload! };
  }
}

async function block(bytes: Bytes, mayEnd: boolean): Promise<Uint8Array<ArrayBuffer> | null> {
  const prefix = await bytes.take(LENGTH_BYTES);
  if (prefix === null) {
    if (mayEnd) return null;
    throw new FrameError('The answer broke off in the middle of a part.');
  }
  const length = new DataView(prefix.buffer).getUint32(0, false);
  if (length === 0) return new Uint8Array(0);
  const content = await bytes.take(length);
  if (content === null) throw new FrameError('The answer broke off in the middle of a part.');
  return content;
}

function parseHeader(bytes: Uint8Array): FrameHeader {
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes)) as FrameHeader;
    if (Number.isInteger(header.seq)) return header;
  } catch {
    throw new FrameError('A part of the answer has an unreadable header.');
  }
  throw new FrameError('A part of the answer has no sequence number.');
}

/** The JSON in a part. Throws FrameError when it cannot be decompressed or parsed. */
export async function decodePart(encoding: string, payload: Uint8Array<ArrayBuffer>): Promise<unknown[]> {
  const text = await decodeText(encoding, payload);
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch {
    throw new FrameError('The part is not valid JSON.');
  }
  if (!Array.isArray(events)) throw new FrameError('The part is not a list of events.');
  return events;
}

async function decodeText(encoding: string, payload: Uint8Array<ArrayBuffer>): Promise<string> {
  if (encoding === 'identity') return new TextDecoder().decode(payload);
  if (encoding !== 'gzip') throw new FrameError(`The part is compressed as ${encoding}, which cannot be read here.`);
  const { readable, writable } = new DecompressionStream('gzip');
  // Written to directly: a Blob for each part costs more than the decompression.
  const written = write(writable, payload);
  written.catch(() => undefined); // told of by reading too
  try {
    const text = await new Response(readable).text();
    await written;
    return text;
  } catch {
    throw new FrameError('The part cannot be decompressed.');
  }
}

async function write(stream: WritableStream<BufferSource>, payload: BufferSource): Promise<void> {
  const writer = stream.getWriter();
  await Promise.all([writer.write(payload), writer.close()]);
}

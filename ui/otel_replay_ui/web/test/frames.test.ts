// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { decodePart, FrameError, readFrames, type Frame } from '../src/player/frames';

function join(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function block(bytes: Uint8Array): Uint8Array[] {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, bytes.length, false);
  return [prefix, bytes];
}

function frame(header: object, payload: Uint8Array): Uint8Array {
  return join([...block(new TextEncoder().encode(JSON.stringify(header))), ...block(payload)]);
}

/** The bytes, `size` at a time: a network cuts anywhere. */
function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += size)));
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const each of readFrames(stream)) frames.push(each);
  return frames;
}

const events = [{ type: 4, timestamp: 1, data: { href: 'https://shop.example/ä🙂' } }];
const payload = await gzip(JSON.stringify(events));
const two = join([frame({ seq: 0, encoding: 'gzip' }, payload), frame({ seq: 1, error: { code: 'damaged', message: 'short' } }, new Uint8Array(0))]);

describe('readFrames', () => {
  it.each([1, 3, 7, 1000])('reads the same frames however the bytes are cut (%i at a time)', async (size) => {
    const frames = await all(streamOf(two, size));
    expect(frames.map(({ header }) => header.seq)).toEqual([0, 1]);
    expect(frames[0]!.payload).toEqual(payload);
    expect(frames[1]!.header.error?.message).toBe('short');
  });

  it('finds nothing in an empty answer', async () => {
    expect(await all(streamOf(new Uint8Array(0), 10))).toEqual([]);
  });

  it.each([2, 10, two.length - 2])('says when the answer breaks off after %i bytes', async (length) => {
    await expect(all(streamOf(two.slice(0, length), 100))).rejects.toThrow(FrameError);
  });

  it('refuses a header without a sequence number', async () => {
    await expect(all(streamOf(frame({ encoding: 'gzip' }, payload), 100))).rejects.toThrow('no sequence number');
  });
});

describe('decodePart', () => {
  it('decompresses gzip', async () => {
    expect(await decodePart('gzip', payload)).toEqual(events);
  });

  it('takes what is not compressed', async () => {
    expect(await decodePart('identity', new TextEncoder().encode(JSON.stringify(events)))).toEqual(events);
  });

  it.each([
    ['cut short', 'gzip', payload.slice(0, payload.length - 12)],
    ['not gzip at all', 'gzip', new TextEncoder().encode('hello')],
    ['not JSON', 'identity', new TextEncoder().encode('{')],
    ['not a list', 'identity', new TextEncoder().encode('{}')],
    ['of an unknown encoding', 'lzma', payload],
  ])('says when a part is %s', async (_, encoding, bytes) => {
    await expect(decodePart(encoding, bytes)).rejects.toThrow(FrameError);
  });
});

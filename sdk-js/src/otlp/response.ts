/** What a receiver did not take although it answered 200. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** Reads `partial_success` of an ExportLogs/TraceServiceResponse; undefined when all was taken. */
export function readPartialSuccess(response: Uint8Array): PartialSuccess | undefined {
  const inner = fields(response).get(1);
  if (!(inner instanceof Uint8Array)) return undefined;
  const parts = fields(inner);
  const rejected = Number(parts.get(1) ?? 0);
  const text = parts.get(2);
  const message = text instanceof Uint8Array ? new TextDecoder().decode(text) : '';
  return rejected > 0 || message !== '' ? { rejected, message } : undefined;
}

/** The message of a google.rpc.Status, or '' when the body is something else. */
export function readStatusMessage(response: Uint8Array): string {
  const text = fields(response).get(2);
  return text instanceof Uint8Array ? new TextDecoder().decode(text) : '';
}

/** The varint and length-delimited fields of a message, the last one of each number; stops at anything else. */
function fields(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const found = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if ((tag & 7) === 0) found.set(tag >> 3, value);
    else if ((tag & 7) === 2 && at + value <= bytes.length) {
      found.set(tag >> 3, bytes.subarray(at, (at += value)));
    } else break;
  }
  return found;
}

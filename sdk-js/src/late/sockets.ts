import type { Core } from '../core';
import type { TracedRequest } from '../network/tracer';

/** Follows WebSocket and EventSource with one span each, from opening to closing, with the bytes that went both ways. */
export function watchSockets({ tracer, warnings }: Pick<Core, 'tracer' | 'warnings'>): () => void {
  const undo: (() => void)[] = [];
  const wrap = <T extends 'WebSocket' | 'EventSource'>(name: T, follow: (connection: InstanceType<(typeof globalThis)[T]>, traced: TracedRequest) => void): void => {
    const Original = window[name] as unknown as new (...args: unknown[]) => InstanceType<(typeof globalThis)[T]>;
    if (typeof Original !== 'function') return;
    let active = true;
    const Patched = new Proxy(Original, {
      construct: (target, args, self) => {
        const connection = Reflect.construct(target, args, self === Patched ? target : self) as InstanceType<(typeof globalThis)[T]>;
        const url = active ? warnings.guard(() => tracer.target(String(args[0]))) : undefined;
        const traced = url && warnings.guard(() => tracer.begin(name, url));
        if (traced) warnings.guard(() => follow(connection, traced));
        return connection;
      },
    });
    (window as unknown as Record<string, unknown>)[name] = Patched;
    undo.push(() => {
      active = false;
      if ((window as unknown as Record<string, unknown>)[name] === Patched) (window as unknown as Record<string, unknown>)[name] = Original;
    });
  };

  wrap('WebSocket', (socket, traced) => {
    let received = 0;
    let sent = 0;
    let failed = false;
    const send = socket.send;
    socket.send = function (this: WebSocket, data) {
      sent += sizeOf(data);
      send.call(this, data);
    };
    socket.addEventListener('message', ({ data }: MessageEvent) => (received += sizeOf(data)));
    socket.addEventListener('error', () => (failed = true));
    socket.addEventListener('close', ({ code, wasClean }) => {
      traced.end({ size: received, requestSize: sent, ...(failed || !wasClean ? { error: String(code) } : {}) });
    });
  });
  wrap('EventSource', (source, traced) => {
    let received = 0;
    const close = source.close;
    source.addEventListener('message', ({ data }: MessageEvent) => (received += sizeOf(data)));
    source.addEventListener('error', () => source.readyState === EventSource.CLOSED && traced.end({ size: received, error: 'EventSourceError' }));
    source.close = function (this: EventSource) {
      close.call(this);
      traced.end({ size: received });
    };
  });
  return () => undo.forEach((step) => step());
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  const { size, byteLength } = data as { size?: number; byteLength?: number };
  return size ?? byteLength ?? 0;
}

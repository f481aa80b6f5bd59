/** What the stub of the asynchronous loader keeps until the SDK is there. */
export interface Stub {
  readonly calls: [name: string, args: unknown[]][];
  readonly errors: Event[];
}

export function readStub(value: unknown): Stub | undefined {
  const stub = value as Partial<Stub> | undefined;
  return Array.isArray(stub?.calls) && Array.isArray(stub.errors) ? (stub as Stub) : undefined;
}

const utf8 = new TextEncoder();
/** Byte strings longer than this are kept by reference until the end, so that a big body is copied once. */
const COPY_LIMIT = 1024;

/** Writes protobuf fields; wire types 0 (varint), 1 (fixed64), 2 (bytes). Zero values are written, not skipped. */
export class Writer {
  length = 0;
  private parts: Uint8Array[] = [];
  private tail: number[] = [];

  varint(field: number, value: number): this {
    this.tag(field, 0);
    this.raw(value);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.varint(field, value ? 1 : 0);
  }

  double(field: number, value: number): this {
    return this.eight(field, (view) => view.setFloat64(0, value, true));
  }

  /** Milliseconds as `fixed64` nanoseconds; whole microseconds, since a double holds no more at this size. */
  timeNano(field: number, ms: number): this {
    const nanos = BigInt(Math.round(ms * 1000)) * 1000n;
    return this.eight(field, (view) => view.setBigUint64(0, BigInt.asUintN(64, nanos), true));
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.tag(field, 2);
    this.raw(value.length);
    this.append(value);
    return this;
  }

  hex(field: number, value: string): this {
    return this.bytes(field, Uint8Array.from(value.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
  }

  message(field: number, fill: (writer: Writer) => void): this {
    const inner = new Writer();
    fill(inner);
    this.tag(field, 2);
    this.raw(inner.length);
    inner.settle();
    inner.parts.forEach((part) => this.append(part));
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.settle();
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private tag(field: number, wire: number): void {
    this.raw((field << 3) | wire);
  }

  /** Base-128 of a safe integer; negative numbers take ten bytes, as int64 does. */
  private raw(value: number): void {
    if (value < 0) return this.rawNegative(BigInt.asUintN(64, BigInt(value)));
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.push((rest % 128) | 128);
    this.push(rest);
  }

  private rawNegative(value: bigint): void {
    let rest = value;
    for (; rest > 127n; rest >>= 7n) this.push(Number(rest & 127n) | 128);
    this.push(Number(rest));
  }

  private eight(field: number, fill: (view: DataView) => void): this {
    const bytes = new Uint8Array(8);
    fill(new DataView(bytes.buffer));
    this.tag(field, 1);
    this.append(bytes);
    return this;
  }

  private push(byte: number): void {
    this.tail.push(byte);
    this.length += 1;
  }

  private append(bytes: Uint8Array): void {
    if (bytes.length <= COPY_LIMIT) {
      bytes.forEach((byte) => this.push(byte));
      return;
    }
    this.settle();
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  private settle(): void {
    if (this.tail.length > 0) this.parts.push(Uint8Array.from(this.tail));
    this.tail = [];
  }
}

/**
 * The protobuf wire format, read and written by position. Only what a lossless editor needs: a field is a range of the
 * file, and whatever is not touched is copied as the bytes it was.
 */

/** Random access to bytes that need not be in memory: a file, or a buffer. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`; throws when the source is shorter. */
  read(offset: number, length: number): Uint8Array;
}

/** Wraps bytes that are in memory already. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** One field of a message. `start`–`end` spans tag and value, `valueStart` is where the payload begins. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** Thrown for bytes that are no protobuf message; callers turn it into a Problem. */
export class WireError extends Error {}

const WINDOW = 1 << 16;

/** Reads a source through one window, so that walking many small fields costs few reads and skipping costs none. */
export class Cursor {
  private window: Uint8Array = new Uint8Array(0);
  private base = 0;

  constructor(private readonly source: ByteSource) {}

  private byteAt(offset: number): number {
    let index = offset - this.base;
    if (index < 0 || index >= this.window.length) {
      if (offset >= this.source.size) throw new WireError(`the file ends at ${this.source.size}`);
      this.window = this.source.read(offset, Math.min(WINDOW, this.source.size - offset));
      this.base = offset;
      index = 0;
    }
    return this.window[index]!;
  }

  /** A varint as a number; values of 2^63 and above come back negative, as int64 fields mean them. */
  varint(offset: number): { value: number; end: number } {
    let value = 0;
    let scale = 1;
    let high = 0n;
    for (let at = offset, count = 0; count < 10; at++, count++) {
      const byte = this.byteAt(at);
      if (count < 7) {
        value += (byte & 0x7f) * scale;
        scale *= 128;
      } else {
        high |= BigInt(byte & 0x7f) << BigInt(7 * count);
      }
      if (byte < 0x80) {
        const whole = high === 0n ? value : Number(BigInt.asIntN(64, BigInt(value) | high));
        return { value: whole, end: at + 1 };
      }
    }
    throw new WireError(`no varint ends at ${offset}`);
  }

  /** Copies a range out. */
  bytes(start: number, end: number): Uint8Array {
    const from = start - this.base;
    // A Buffer's slice() shares its memory, so the copy is made the other way.
    if (from >= 0 && end - this.base <= this.window.length)
      return new Uint8Array(this.window.subarray(from, end - this.base));
    return new Uint8Array(this.source.read(start, end - start));
  }

  text(start: number, end: number): string {
    return new TextDecoder().decode(this.bytes(start, end));
  }

  /** The fields of the message in `[start, end)`, in file order. */
  *fields(start: number, end: number): Generator<Field> {
    let at = start;
    while (at < end) {
      const tag = this.varint(at);
      const number = Math.floor(tag.value / 8);
      const wireType = tag.value % 8;
      let valueStart = tag.end;
      let next: number;
      if (wireType === VARINT) next = this.varint(valueStart).end;
      else if (wireType === FIXED64) next = valueStart + 8;
      else if (wireType === FIXED32) next = valueStart + 4;
      else if (wireType === BYTES) {
        const length = this.varint(valueStart);
        valueStart = length.end;
        next = valueStart + length.value;
      } else throw new WireError(`wire type ${wireType} at ${at}`);
      if (number < 1 || next > end || next < at) throw new WireError(`a field at ${at} leaves its message`);
      yield { number, wireType, start: at, valueStart, end: next };
      at = next;
    }
  }
}

/** Encodes an unsigned or two's complement 64-bit varint. */
export function varintBytes(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(out);
}

/** Joins byte arrays. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A length-delimited field: a string, bytes, or a message. */
export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const payload = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return concatBytes([varintBytes(number * 8 + BYTES), varintBytes(payload.length), payload]);
}

/** A varint field. */
export function varintField(number: number, value: number | bigint): Uint8Array {
  return concatBytes([varintBytes(number * 8 + VARINT), varintBytes(value)]);
}

/** A 32-bit float field. */
export function floatField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatBytes([varintBytes(number * 8 + FIXED32), bytes]);
}

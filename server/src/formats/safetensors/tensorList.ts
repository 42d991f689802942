import { isDtype } from './dtypes';
import type { RawTensor } from './rawHeader';

/** Names met before, so that the thousands that headers share are one string each. */
export interface NameTable {
  /**
   * The name between two places of a header, plain ASCII.
   * @param hash as `hashStep` makes it of the bytes in between
   */
  name(bytes: Uint8Array, start: number, end: number, hash: number): string;
}

/** Names kept; what comes later is made anew each time. */
const MAX_NAMES = 40_000;

export function createNameTable(): NameTable {
  const known = new Map<number, string>();
  return {
    name(bytes, start, end, hash) {
      const same = known.get(hash);
      if (same !== undefined && isWritten(same, bytes, start, end)) return same;
      const name = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
      if (same === undefined && known.size < MAX_NAMES) known.set(hash, name);
      return name;
    },
  };
}

function isWritten(name: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = start; at < end; at++) if (name.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}

function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const CLOSE_LIST = 0x5d;
const DTYPE = Buffer.from('":{"dtype":"');
const SHAPE = Buffer.from('","shape":[');
const OFFSETS = Buffer.from('],"data_offsets":[');

/**
 * Reads a header's tensors from its bytes where they are written as the reference writer does it, without a blank and
 * with the fields in its order: in a fraction of the time that a text takes that has to be decoded first.
 *
 * Undefined for anything else, a mistake as well as another way of writing: the whole reader tells them apart.
 *
 * @param bytes from the brace before the first tensor, or from the comma before it, to the last brace
 */
export function readTensorList(bytes: Uint8Array, names: NameTable): Map<string, RawTensor> | undefined {
  const first = bytes[0];
  const tensors = new Map<string, RawTensor>();
  if (first === CLOSE && bytes.length === 1) return tensors;
  if (first !== OPEN && first !== COMMA) return undefined;
  const reader = new ListReader(bytes, names);
  for (let count = 1; ; count++) {
    const name = reader.name();
    // Metadata further on breaks a rule or is one of several: for the whole reader, as a name given twice is.
    if (name === undefined || name === '__metadata__') return undefined;
    const tensor = reader.tensor();
    if (!tensor) return undefined;
    tensors.set(name, tensor);
    if (tensors.size !== count) return undefined;
    const next = bytes[reader.at];
    if (next === CLOSE) return reader.at === bytes.length - 1 ? tensors : undefined;
    if (next !== COMMA) return undefined;
  }
}

class ListReader {
  /** The comma or brace before the next name. */
  at = 0;
  private readonly dtypes = new Map<number, string>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly names: NameTable,
  ) {}

  /** Reads a name and stops at its closing quote. */
  name(): string | undefined {
    const { bytes } = this;
    if (bytes[this.at + 1] !== QUOTE) return undefined;
    const start = this.at + 2;
    const { length } = bytes;
    let hash = 0;
    let at = start;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      if (byte < 0x20 || byte >= 0x80 || byte === 0x5c) return undefined;
      hash = hashStep(hash, byte);
    }
    this.at = at;
    return this.names.name(bytes, start, at, hash);
  }

  tensor(): RawTensor | undefined {
    if (!this.pass(DTYPE)) return undefined;
    const dtype = this.dtype();
    if (dtype === undefined || !this.pass(SHAPE)) return undefined;
    const shape = this.numbers();
    if (!shape || !this.pass(OFFSETS)) return undefined;
    const offsets = this.numbers();
    if (offsets?.length !== 2 || this.bytes[this.at + 1] !== CLOSE) return undefined;
    this.at += 2;
    return { dtype, shape, begin: offsets[0]!, end: offsets[1]! };
  }

  /** Steps over text that is always the same; false when it is not there. */
  private pass(text: Uint8Array): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
    this.at += text.length;
    return true;
  }

  private dtype(): string | undefined {
    const { bytes } = this;
    const start = this.at;
    let hash = 0;
    while (this.at < bytes.length && bytes[this.at] !== QUOTE) hash = hashStep(hash, bytes[this.at++]!);
    const known = this.dtypes.get(hash);
    if (known !== undefined && isWritten(known, bytes, start, this.at)) return known;
    const dtype = Buffer.from(bytes.subarray(start, this.at)).toString('latin1');
    if (!isDtype(dtype)) return undefined;
    this.dtypes.set(hash, dtype);
    return dtype;
  }

  /** Whole numbers up to the list's closing bracket, at which it stops. */
  private numbers(): number[] | undefined {
    const { bytes } = this;
    const numbers: number[] = [];
    if (bytes[this.at] === CLOSE_LIST) return numbers;
    for (;;) {
      const start = this.at;
      let value = 0;
      let digit = bytes[this.at]! - 0x30;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = bytes[++this.at]! - 0x30;
      }
      const length = this.at - start;
      // Longer ones may not be exact in a JavaScript number, and no number begins with a zero.
      if (length === 0 || length > 15 || (length > 1 && bytes[start] === 0x30)) return undefined;
      numbers.push(value);
      if (bytes[this.at] === CLOSE_LIST) return numbers;
      if (bytes[this.at] !== COMMA) return undefined;
      this.at++;
    }
  }
}

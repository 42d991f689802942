import { DTYPE_BITS, isDtype } from './dtypes';

/** What is kept of a tensor whose place in the file has been checked. */
export interface ListedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Reads the tensors of many headers from their bytes where these are written as the reference writer does it, without a
 * blank and with the fields in its order: in a fraction of the time and memory that a text takes. Names, and shapes with
 * their dtype, are shared between headers, which mostly have the same.
 */
export interface TensorListReader {
  /**
   * Undefined for anything unusual, a mistake as well as another way of writing: the whole reader tells them apart.
   *
   * @param bytes from the brace before the first tensor, or from the comma before it, to the last brace
   * @param dataBytes what the tensors have to cover
   */
  read(bytes: Uint8Array, dataBytes: number): Map<string, ListedTensor> | undefined;
}

/** Names and shapes kept; when there are more, all are forgotten. */
const MAX_KEPT = 20_000;

export function createTensorListReader(): TensorListReader {
  const names = createTextTable();
  const sizes = createTextTable();
  const known = new Map<string, SizedTensor | undefined>();

  function sized(text: string): SizedTensor | undefined {
    let tensor = known.get(text);
    if (tensor === undefined && !known.has(text)) {
      tensor = parseSized(text);
      if (known.size >= MAX_KEPT) known.clear();
      known.set(text, tensor);
    }
    return tensor;
  }

  return {
    read(bytes, dataBytes) {
      const first = bytes[0];
      const tensors = new Map<string, ListedTensor>();
      let end = 0;
      if (first !== CLOSE || bytes.length > 1) {
        if (first !== OPEN && first !== COMMA) return undefined;
        const reader = new ListReader(bytes);
        do {
          const name = reader.name(names);
          // Metadata further on breaks a rule or is one of several: for the whole reader, as a name given twice is.
          if (name === undefined || name === '__metadata__' || tensors.has(name)) return undefined;
          const size = reader.size(sizes);
          const tensor = size === undefined ? undefined : sized(size);
          if (!tensor || !reader.range(end, end + tensor.bytes)) return undefined;
          end += tensor.bytes;
          tensors.set(name, tensor.tensor);
        } while (bytes[reader.at] === COMMA);
        if (bytes[reader.at] !== CLOSE || reader.at !== bytes.length - 1) return undefined;
      }
      return end === dataBytes ? tensors : undefined;
    },
  };
}

interface SizedTensor {
  readonly tensor: ListedTensor;
  readonly bytes: number;
}

const SIZED = /^(\w+)","shape":\[((?:\d+(?:,\d+)*)?)$/;

/** Dtype and shape as written; undefined for what is wrong, unusual or too large to be counted exactly. */
function parseSized(text: string): SizedTensor | undefined {
  const [, dtype = '', digits = ''] = SIZED.exec(text) ?? [];
  if (!isDtype(dtype)) return undefined;
  const shape = digits === '' ? [] : digits.split(',').map(Number);
  if (String(shape) !== digits) return undefined;
  let elements = 1;
  for (const dimension of shape) {
    elements *= dimension;
    if (dimension > MAX_EXACT || elements > MAX_EXACT) return undefined;
  }
  const bits = elements * DTYPE_BITS[dtype]!;
  return bits % 8 === 0 ? { tensor: { dtype, shape }, bytes: bits / 8 } : undefined;
}

/** Beyond it the whole reader counts, with integers of any size. */
const MAX_EXACT = 2 ** 45;

/** Texts met before, so that headers that share them share one string each. */
interface TextTable {
  /** @param hash as `hashStep` makes it of the bytes between the two places, which are ASCII */
  text(bytes: Uint8Array, start: number, end: number, hash: number): string;
}

function createTextTable(): TextTable {
  const known = new Map<number, string>();
  return {
    text(bytes, start, end, hash) {
      const same = known.get(hash);
      if (same !== undefined && isWritten(same, bytes, start, end)) return same;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
      if (known.size >= MAX_KEPT) known.clear();
      known.set(hash, text);
      return text;
    },
  };
}

function isWritten(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) if (text.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}

function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const BEFORE_DTYPE = Buffer.from('":{"dtype":"');
const BEFORE_OFFSETS = Buffer.from('],"data_offsets":[');

/** Steps through a list; every step is undefined or false where something else stands there. */
class ListReader {
  /** The comma or brace before the next name. */
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Reads a name and stops at its closing quote. */
  name(names: TextTable): string | undefined {
    if (this.bytes[this.at + 1] !== QUOTE) return undefined;
    this.at += 2;
    return this.text(QUOTE, names);
  }

  /** Reads dtype and shape as they are written and stops at the shape's closing bracket. */
  size(sizes: TextTable): string | undefined {
    return this.pass(BEFORE_DTYPE) ? this.text(CLOSE_LIST, sizes) : undefined;
  }

  /** Steps over the offsets, which must be these, and over the tensor's closing brace. */
  range(begin: number, end: number): boolean {
    if (!this.pass(BEFORE_OFFSETS) || this.whole() !== begin || this.bytes[this.at++] !== COMMA) return false;
    if (this.whole() !== end || this.bytes[this.at] !== CLOSE_LIST || this.bytes[this.at + 1] !== CLOSE)
      return false;
    this.at += 2;
    return true;
  }

  private text(closing: number, table: TextTable): string | undefined {
    const { bytes } = this;
    const { length } = bytes;
    const start = this.at;
    let hash = 0;
    let at = start;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte === closing) {
        this.at = at;
        return table.text(bytes, start, at, hash);
      }
      if (byte < 0x20 || byte >= 0x80 || byte === BACKSLASH) return undefined;
      hash = hashStep(hash, byte);
    }
    return undefined;
  }

  /** Steps over text that is always the same. */
  private pass(text: Uint8Array): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
    this.at += text.length;
    return true;
  }

  /** A whole number that is exact; -1 for anything else. */
  private whole(): number {
    const { bytes } = this;
    const start = this.at;
    let value = 0;
    let digit = bytes[this.at]! - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++this.at]! - 0x30;
    }
    const length = this.at - start;
    // No number begins with a zero but zero itself.
    return length === 0 || length > 15 || (length > 1 && bytes[start] === 0x30) ? -1 : value;
  }
}

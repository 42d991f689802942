import { JsonBytes } from './jsonBytes';

/** A header whose metadata was read while the rest was left unread. */
export interface SplitHeader {
  readonly metadata: Record<string, string>;
  /** The text that was to stay encoded, when the metadata has it. */
  readonly encoded?: EncodedText;
  /** The header from the comma or brace after the metadata on, or all of it when it has none; no whitespace around it. */
  readonly rest: Uint8Array;
}

/** A text of the metadata that is checked, but decoded only on demand. */
export interface EncodedText {
  /** Between the quotes, with its escapes: a view of the header's own bytes. */
  readonly written: Uint8Array;
  /** Can be called while the header's bytes are unchanged. */
  text(): string;
}

const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;
const METADATA_NAME = Buffer.from('"__metadata__"');

/**
 * Separates the metadata, where it comes first as writers put it, from the tensors without reading those. Texts that
 * are not asked for are checked and skipped: a picture or a bucket list can be most of a header.
 *
 * Undefined when the metadata comes later, breaks a rule or is written in any unusual way: the strict reader then says
 * what is wrong with it.
 *
 * @param wanted the names of the metadata to read; absent: all of it
 * @param encode name of a text to return without decoding it
 */
export function splitMetadata(
  header: Uint8Array,
  wanted?: ReadonlySet<string>,
  encode?: string,
): SplitHeader | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const reader = new JsonBytes(bytes);
  if (!reader.enter()) return undefined;
  const brace = reader.at - 1;
  reader.peek();
  if (!METADATA_NAME.equals(bytes.subarray(reader.at, reader.at + METADATA_NAME.length)))
    return mayHoldMetadata(bytes) ? undefined : { metadata: {}, rest: trimmed(bytes.subarray(brace)) };
  if (!reader.nextKey() || reader.peek() !== OPEN_OBJECT) return undefined;
  const read = readMetadata(reader, wanted, encode);
  const next = reader.peek();
  if (!read || (next !== COMMA && next !== CLOSE_OBJECT)) return undefined;
  return { ...read, rest: trimmed(bytes.subarray(reader.at)) };
}

/** Reads an object of strings; undefined for any other. */
function readMetadata(
  reader: JsonBytes,
  wanted: ReadonlySet<string> | undefined,
  encode: string | undefined,
): Omit<SplitHeader, 'rest'> | undefined {
  const metadata: Record<string, string> = Object.create(null);
  let encoded: EncodedText | undefined;
  reader.enter();
  while (reader.nextKey()) {
    const key = reader.string();
    if (key === undefined || !reader.passString()) return undefined;
    if (key === encode) {
      if (!reader.isPlain && reader.string() === undefined) return undefined;
      encoded = encodedText(reader.written());
    } else if (wanted === undefined || wanted.has(key)) {
      const value = reader.string();
      if (value === undefined) return undefined;
      metadata[key] = value;
    } else if (!reader.isPlain && reader.string() === undefined) return undefined;
  }
  return reader.sound ? { metadata, ...(encoded && { encoded }) } : undefined;
}

function encodedText(written: Buffer): EncodedText {
  return { written, text: () => JSON.parse(`"${written.toString('utf8')}"`) as string };
}

/** Writers pad a header to a multiple of eight, so equal tensor lists differ in the whitespace behind them. */
function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (isWhitespace(bytes[end - 1])) end--;
  return bytes.subarray(0, end);
}

function isWhitespace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** False only when no name in the header can be `__metadata__`, not even one written with escapes. */
function mayHoldMetadata(bytes: Buffer): boolean {
  return bytes.includes(METADATA_NAME) || bytes.includes(BACKSLASH);
}

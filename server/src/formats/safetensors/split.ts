/** A header whose metadata was read while the rest was left alone. */
export interface SplitHeader {
  readonly metadata: Record<string, string>;
  /** The text that was to be left as it stands, when the metadata has it. */
  readonly left?: WrittenText;
  /** Every byte of the header after the metadata, blanks at its end left out; all of them when it has none. */
  readonly rest: Uint8Array;
}

/** A text of the metadata that nobody may want to read: checked, and decoded only when asked. */
export interface WrittenText {
  /** Between the quotes, escapes and all: a part of the header's own bytes. */
  readonly written: Uint8Array;
  /** To be asked while the header's bytes are still there. */
  text(): string;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const METADATA_NAME = Buffer.from('"__metadata__"');

/**
 * Separates the metadata, where it stands first as writers put it, from the tensors without reading those. Texts that
 * nobody wants are checked and passed over: a picture or a bucket list can be most of a header.
 *
 * Undefined when the metadata stands elsewhere, breaks a rule or is written in any unusual way: read the whole header
 * then, which says what is wrong with it.
 *
 * @param wanted the metadata to keep; absent: all of it
 * @param leave name of a text to hand out as it stands
 */
export function splitMetadata(
  header: Uint8Array,
  wanted?: ReadonlySet<string>,
  leave?: string,
): SplitHeader | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  let at = skipBlanks(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  at = skipBlanks(bytes, at + 1);
  if (!METADATA_NAME.equals(bytes.subarray(at, at + METADATA_NAME.length))) {
    return mayHoldMetadata(bytes) ? undefined : { metadata: {}, rest: trimmed(bytes) };
  }
  at = skipBlanks(bytes, at + METADATA_NAME.length);
  if (bytes[at] !== COLON) return undefined;
  at = skipBlanks(bytes, at + 1);
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  const reader = new MetadataReader(bytes, at + 1);
  const metadata = reader.read(wanted, leave);
  if (!metadata) return undefined;
  return { metadata, left: reader.left, rest: trimmed(bytes.subarray(reader.at)) };
}

/** Reads an object of strings, its opening brace behind it. */
class MetadataReader {
  /** The last text, without its quotes. */
  private start = 0;
  private end = 0;
  private escaped = false;
  /** True once a byte was met that only a decoder can judge. */
  private unusual = false;
  left: WrittenText | undefined;

  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  read(wanted: ReadonlySet<string> | undefined, leave?: string): Record<string, string> | undefined {
    const { bytes } = this;
    const metadata: Record<string, string> = Object.create(null);
    this.at = skipBlanks(bytes, this.at);
    if (bytes[this.at] === CLOSE_OBJECT) {
      this.at++;
      return metadata;
    }
    for (;;) {
      const key = this.text(true);
      if (key === undefined) return undefined;
      this.at = skipBlanks(bytes, this.at);
      if (bytes[this.at] !== COLON) return undefined;
      this.at = skipBlanks(bytes, this.at + 1);
      const isLeft = key === leave;
      const isWanted = !isLeft && (wanted === undefined || wanted.has(key));
      const value = this.text(isWanted);
      if (value === undefined) return undefined;
      if (isWanted) metadata[key] = value;
      else if (isLeft) this.left = this.writtenText();
      this.at = skipBlanks(bytes, this.at);
      const next = bytes[this.at++];
      if (next === CLOSE_OBJECT) return metadata;
      if (next !== COMMA) return undefined;
      this.at = skipBlanks(bytes, this.at);
    }
  }

  /** Passes over one text. Its value when it is asked for, else `''`; undefined when it breaks a rule. */
  private text(isWanted: boolean): string | undefined {
    if (!this.pass()) return undefined;
    if (!this.unusual && !isWanted) return '';
    if (!this.unusual && !this.escaped) return this.bytes.toString('latin1', this.start, this.end);
    return this.unusual
      ? this.decode()
      : JSON.parse(this.bytes.toString('latin1', this.start - 1, this.end + 1));
  }

  private writtenText(): WrittenText {
    const { bytes, start, end } = this;
    return {
      written: bytes.subarray(start, end),
      text: () => JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string,
    };
  }

  /** Finds the end of a text; false for one that is no text or holds what no text may hold. */
  private pass(): boolean {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at] !== QUOTE) return false;
    this.start = ++at;
    this.escaped = false;
    this.unusual = false;
    const { length } = bytes;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (PLAIN[byte] === 1) continue;
      if (byte === QUOTE) {
        this.end = at;
        this.at = at + 1;
        return true;
      }
      if (byte === BACKSLASH) {
        this.escaped = true;
        const next = bytes[++at];
        if (next === 0x75) this.unusual = true;
        else if (next === undefined || !SIMPLE_ESCAPES[next]) return false;
      } else if (byte < 0x20) return false;
      else if (byte >= 0x80) this.unusual = true;
    }
    return false;
  }

  /** A text with letters beyond ASCII: undefined unless it is UTF-8 and has no half of a surrogate pair. */
  private decode(): string | undefined {
    try {
      const value = JSON.parse(UTF8.decode(this.bytes.subarray(this.start - 1, this.end + 1))) as string;
      return /\p{Surrogate}/u.test(value) ? undefined : value;
    } catch {
      return undefined;
    }
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** 1 for what means nothing but itself: ASCII without controls, quotes and backslashes. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code < 0x80 && code !== QUOTE && code !== BACKSLASH ? 1 : 0,
);

/** What may follow a backslash, `u` left out. */
const SIMPLE_ESCAPES: readonly boolean[] = Array.from({ length: 256 }, (_, code) =>
  '"\\/bfnrt'.includes(String.fromCharCode(code)),
);

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at++;
  return at;
}

/** Writers pad a header to a multiple of eight, so equal tensor lists differ in the blanks behind them. */
function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (isBlank(bytes[end - 1])) end--;
  return bytes.subarray(0, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** False only when no name in the header can be `__metadata__`, not even one written with escapes. */
function mayHoldMetadata(bytes: Buffer): boolean {
  return bytes.includes(METADATA_NAME) || bytes.includes(BACKSLASH);
}

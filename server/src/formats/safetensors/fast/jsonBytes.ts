const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LETTER_U = 0x75;

/** Gives equal ASCII texts one string. */
export interface TextTable {
  text(bytes: Uint8Array, start: number, end: number): string;
}

/**
 * Reads JSON from bytes without decoding what is not asked for. It accepts less than JSON allows and says of nothing
 * what is wrong with it: where it meets something unusual it returns false, undefined or -1, and the strict reader
 * (`../strict`) reads the whole anew.
 */
export class JsonBytes {
  /** Index of the next byte. */
  at = 0;
  /** The last string, without its quotes. */
  protected start = 0;
  protected end = 0;
  /** True where the last string has escapes. */
  protected isEscaped = false;
  /** True where only a decoder can judge the last string: it has bytes beyond ASCII or `\u`. */
  protected isUnusual = false;
  /** True before the first entry of an object. */
  private isFirst = false;
  private isSound = true;

  constructor(protected readonly bytes: Uint8Array) {}

  /** Skips whitespace and returns the byte there; 0 at the end. */
  peek(): number {
    for (;;) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
  }

  /** Steps into an object; false where there is none. */
  enter(): boolean {
    if (this.peek() !== OPEN_OBJECT) return false;
    this.at++;
    this.isFirst = true;
    return true;
  }

  /**
   * Steps over the key of the object's next entry and to its value. False at the end of the object, behind its brace,
   * and where something unusual stands: `sound` tells which.
   */
  nextKey(): boolean {
    const before = this.peek();
    if (before === CLOSE_OBJECT) {
      this.at++;
      this.isFirst = false;
      return false;
    }
    if (!this.isFirst) {
      if (before !== COMMA) return this.refuse();
      this.at++;
    }
    this.isFirst = false;
    if (!this.passString() || this.peek() !== COLON) return this.refuse();
    this.at++;
    return true;
  }

  /** False once something unusual was met. */
  get sound(): boolean {
    return this.isSound;
  }

  protected refuse(): false {
    this.isSound = false;
    return false;
  }

  /** Steps over a string; false for anything else, and for a string with what no string may hold. */
  passString(): boolean {
    if (this.peek() !== QUOTE) return false;
    const { bytes } = this;
    const { length } = bytes;
    let at = this.at + 1;
    this.start = at;
    this.isEscaped = false;
    this.isUnusual = false;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (PLAIN[byte] === 1) continue;
      if (byte === QUOTE) {
        this.end = at;
        this.at = at + 1;
        return true;
      }
      if (byte === BACKSLASH) {
        this.isEscaped = true;
        const next = bytes[++at];
        if (next === LETTER_U) this.isUnusual = true;
        else if (next === undefined || SIMPLE_ESCAPES[next] !== 1) return false;
      } else if (byte < 0x20) return false;
      else this.isUnusual = true;
    }
    return false;
  }

  /** False for a last string that only a decoder can judge; `string` judges it. */
  get isPlain(): boolean {
    return !this.isUnusual;
  }

  /** The bytes of the last string, without its quotes, escapes as they are written. */
  written(): Buffer {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.start, this.end - this.start);
  }

  /** The last string; undefined when it is not UTF-8 or has half of a surrogate pair. */
  string(): string | undefined {
    const written = this.written();
    if (!this.isUnusual)
      return this.isEscaped ? decodeEscapes(written.toString('latin1')) : written.toString('latin1');
    try {
      const value = decodeEscapes(UTF8.decode(written));
      return /\p{Surrogate}/u.test(value) ? undefined : value;
    } catch {
      return undefined;
    }
  }

  /** The last string out of a table; undefined for one with escapes or bytes beyond ASCII. */
  plainString(table: TextTable): string | undefined {
    return this.isUnusual || this.isEscaped ? undefined : table.text(this.bytes, this.start, this.end);
  }

  /** A whole number of at most 15 digits, which is exact; -1 for anything else. */
  whole(): number {
    let byte = this.peek();
    const start = this.at;
    let value = 0;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      byte = this.bytes[++this.at] ?? 0;
    }
    const digits = this.at - start;
    // No number begins with a zero but zero itself; a point or an exponent would follow a number of another kind.
    if (digits === 0 || digits > 15 || (digits > 1 && this.bytes[start] === 0x30)) return -1;
    return byte === 0x2e || byte === 0x65 || byte === 0x45 ? -1 : value;
  }

  /** Steps over these bytes exactly; false where others stand. */
  pass(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < expected.length; index++)
      if (bytes[at + index] !== expected[index]) return false;
    this.at += expected.length;
    return true;
  }

  isAtEnd(): boolean {
    this.peek();
    return this.at === this.bytes.length;
  }
}

/** JSON that is written inside a JSON string: the bytes between that string's quotes, which are sound JSON and UTF-8. */
export class NestedJsonBytes extends JsonBytes {
  /** As `JsonBytes.peek`; the outer string writes whitespace with a backslash, unless it is a space. */
  override peek(): number {
    for (;;) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte === 0x20) this.at++;
      else if (byte === BACKSLASH && isWhitespaceEscape(this.bytes[this.at + 1])) this.at += 2;
      else return byte;
    }
  }

  override passString(): boolean {
    const { bytes } = this;
    if (this.peek() !== BACKSLASH || bytes[this.at + 1] !== QUOTE) return false;
    const { length } = bytes;
    let at = this.at + 2;
    this.start = at;
    this.isEscaped = false;
    this.isUnusual = false;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) this.isUnusual = true;
      else if (byte === BACKSLASH) {
        const next = bytes[++at];
        if (next === QUOTE) {
          this.end = at - 1;
          this.at = at + 1;
          return true;
        }
        this.isUnusual = true;
        // The inner string's own backslash, and what it escapes: a quote and a backslash are written with one more.
        if (next === BACKSLASH) at += bytes[at + 1] === BACKSLASH ? 2 : 1;
        else if (next !== SLASH) return false;
      }
    }
    return false;
  }

  override string(): string | undefined {
    const written = this.written();
    if (!this.isUnusual) return written.toString('latin1');
    try {
      return decodeEscapes(decodeEscapes(written.toString('utf8')));
    } catch {
      this.refuse();
      return undefined;
    }
  }

  /** False when the last string surely differs from a word, whatever its case: plain letters of another length. */
  mayBe(word: string): boolean {
    if (this.end - this.start === word.length || this.isUnusual) return true;
    return this.bytes[this.start]! <= 0x20 || this.bytes[this.end - 1]! <= 0x20;
  }
}

function decodeEscapes(written: string): string {
  return JSON.parse(`"${written}"`) as string;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** 1 for ASCII without controls, quotes and backslashes. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** 1 for what may follow a backslash, `u` left out. */
const SIMPLE_ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** `\n`, `\r` or `\t`, the backslash left out. */
function isWhitespaceEscape(byte: number | undefined): boolean {
  return byte === 0x6e || byte === 0x72 || byte === 0x74;
}

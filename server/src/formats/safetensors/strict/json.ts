import { Refusal } from '../refusal';

/** Nesting at which the reference reader gives up (its JSON parser allows 127 levels). */
const MAX_DEPTH = 127;

export const QUOTE = 0x22;
export const OPEN_ARRAY = 0x5b;
export const OPEN_OBJECT = 0x7b;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;

/**
 * Reads JSON piece by piece, as strictly as the reference reader does: `JSON.parse` would accept a lone surrogate and a
 * repeated field, read `4.0` as a whole number, and round an offset above 2^53. Throws `Refusal`.
 */
export class JsonReader {
  private at = 0;
  private readonly number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

  constructor(private readonly text: string) {}

  refuse(detail: string): never {
    throw new Refusal('safetensors-json', `${detail} at character ${this.at} of the header`);
  }

  /** Skips whitespace and returns the code of the character there; NaN at the end. */
  peek(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at++;
    }
  }

  /** Only whitespace may follow. */
  end(): void {
    this.peek();
    if (this.at !== this.text.length) this.refuse('something follows the object');
  }

  string(): string {
    if (this.peek() !== QUOTE) this.refuse('a string is missing');
    const start = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) return this.text.slice(start, this.at++);
      if (code === BACKSLASH) return this.escaped(start);
      this.inString(code);
      this.at++;
    }
  }

  private escaped(start: number): string {
    for (let code = this.text.charCodeAt(this.at); code !== QUOTE; code = this.text.charCodeAt(this.at)) {
      this.inString(code);
      this.at += code === BACKSLASH ? 2 : 1;
    }
    const raw = this.text.slice(start - 1, ++this.at);
    let value: string;
    try {
      value = JSON.parse(raw) as string;
    } catch {
      return this.refuse('a string has an escape that JSON does not know');
    }
    if (/\p{Surrogate}/u.test(value)) this.refuse('a string has half of a surrogate pair');
    return value;
  }

  private inString(code: number): void {
    if (code >= 0x20) return;
    this.refuse(Number.isNaN(code) ? 'a string is not closed' : 'a control character is in a string');
  }

  /** Walks an object; `entry` must consume the value. */
  object(entry: (key: string) => void): void {
    this.expect(OPEN_OBJECT);
    if (this.peek() === CLOSE_OBJECT) {
      this.at++;
      return;
    }
    do {
      const key = this.string();
      this.expect(COLON);
      entry(key);
    } while (this.continues(CLOSE_OBJECT));
  }

  /** Walks an array; `item` must consume the value. */
  array(item: (index: number) => void): void {
    this.expect(OPEN_ARRAY);
    if (this.peek() === CLOSE_ARRAY) {
      this.at++;
      return;
    }
    let index = 0;
    do item(index++);
    while (this.continues(CLOSE_ARRAY));
  }

  private expect(code: number): void {
    if (this.peek() !== code) this.refuse(`"${String.fromCharCode(code)}" is missing`);
    this.at++;
  }

  private continues(closing: number): boolean {
    const code = this.peek();
    if (code !== COMMA && code !== closing)
      this.refuse(`"," or "${String.fromCharCode(closing)}" is missing`);
    this.at++;
    return code === COMMA;
  }

  /** A whole number of at most 15 digits; undefined, and nothing consumed, for anything else. */
  whole(): number | undefined {
    this.peek();
    let end = this.at;
    let value = 0;
    let code = this.text.charCodeAt(end);
    while (code >= 0x30 && code <= 0x39) {
      value = value * 10 + (code - 0x30);
      code = this.text.charCodeAt(++end);
    }
    const length = end - this.at;
    if (length === 0 || length > 15 || code === 0x2e || code === 0x65 || code === 0x45) return undefined;
    if (length > 1 && this.text.charCodeAt(this.at) === 0x30) return undefined;
    this.at = end;
    return value;
  }

  /** Any number, as written. */
  digits(): string {
    this.peek();
    this.number.lastIndex = this.at;
    const digits = this.number.exec(this.text)?.[0];
    if (digits === undefined) return this.refuse('a value is missing');
    // The reference refuses a number too large for a double wherever it stands.
    if (!Number.isFinite(Number(digits))) this.refuse('a number is out of range');
    this.at += digits.length;
    return digits;
  }

  /** Consumes `null`, if it is there. */
  isNull(): boolean {
    return this.peek() === 0x6e && this.literal('null');
  }

  private literal(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Steps over any value, checking that it is JSON. */
  skip(depth: number): void {
    const code = this.peek();
    if (code === QUOTE) this.string();
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (depth >= MAX_DEPTH) this.refuse('the nesting is too deep');
      if (code === OPEN_OBJECT) this.object(() => this.skip(depth + 1));
      else this.array(() => this.skip(depth + 1));
    } else if (!this.literal('null') && !this.literal('true') && !this.literal('false')) this.digits();
  }
}

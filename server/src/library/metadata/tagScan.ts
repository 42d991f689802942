/** What makes a tag of a directory a trigger word. */
export interface TagRules {
  /** A tag on as many images is on all of them. */
  readonly least: number;
  /** Name that the directory gives its subject, lower case. */
  readonly concept?: string;
}

/** @param tag as written in the captions */
export function isTrigger(tag: string, count: number, { least, concept }: TagRules): boolean {
  return count >= least || (concept !== undefined && tag.trim().toLowerCase() === concept);
}

const QUOTE = 0x22;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Walks `ss_tag_frequency` where it stands in a header, JSON written inside a text of JSON, and hands out the tags that
 * are trigger words, and every tag that is its directory's only one. Hundreds of other tags are passed over without a
 * copy of any: this text is the longest of most headers, and an index of thousands wants a word or two of it.
 *
 * False when the text is not in the form that trainers write, objects of whole numbers; what was handed out then counts
 * for nothing, and the text has to be read as any JSON.
 *
 * @param written the bytes between the quotes of the outer text, which is sound JSON and UTF-8
 */
export function scanTags(
  written: Uint8Array,
  rulesFor: (directory: string) => TagRules,
  take: (tag: string, count: number) => void,
): boolean {
  const scan = new TagScanner(written);
  if (!scan.enter()) return false;
  while (scan.next()) {
    const rules = rulesFor(scan.name());
    if (!scan.enter()) return false;
    let tags = 0;
    let first = '';
    let firstCount = 0;
    while (scan.next()) {
      const count = scan.whole();
      if (count < 0) return false;
      if (tags++ === 0) {
        first = scan.name();
        firstCount = count;
      }
      if (count >= rules.least || (rules.concept !== undefined && scan.mayBe(rules.concept))) {
        const tag = scan.name();
        if (isTrigger(tag, count, rules)) take(tag, count);
      }
    }
    if (!scan.isSound()) return false;
    if (tags === 1 && !isTrigger(first, firstCount, rules)) take(first, firstCount);
  }
  return scan.isSound() && scan.isAtEnd();
}

/** Walks objects in a text without allocating anything that nobody asks for. */
class TagScanner {
  private at = 0;
  /** Where the last name stands, without its quotes. */
  private nameStart = 0;
  private nameEnd = 0;
  /** True for a name that holds more than itself: escapes, or letters beyond ASCII. */
  private unusual = false;
  /** True before the first entry of an object. */
  private fresh = false;
  /** False once something was not as expected. */
  private sound = true;

  constructor(private readonly bytes: Uint8Array) {}

  /** Steps into an object. */
  enter(): boolean {
    if (this.peek() !== OPEN) return false;
    this.at++;
    this.fresh = true;
    return true;
  }

  /** Steps to the value of the next entry; false at the object's end, or where something is not as expected. */
  next(): boolean {
    const before = this.peek();
    if (before === CLOSE) {
      this.at++;
      this.fresh = false;
      return false;
    }
    if (!this.fresh) {
      if (before !== COMMA) return this.fail();
      this.at++;
    }
    this.fresh = false;
    if (this.peek() !== BACKSLASH || this.bytes[this.at + 1] !== QUOTE) return this.fail();
    this.at += 2;
    if (!this.passName() || this.peek() !== COLON) return this.fail();
    this.at++;
    return true;
  }

  /** Passes over a name and its closing quote. */
  private passName(): boolean {
    const { bytes } = this;
    const { length } = bytes;
    let { at } = this;
    this.nameStart = at;
    this.unusual = false;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) this.unusual = true;
      else if (byte === BACKSLASH) {
        const next = bytes[++at];
        if (next === QUOTE) {
          this.nameEnd = at - 1;
          this.at = at + 1;
          return true;
        }
        this.unusual = true;
        // The inner text's own backslash, and what it escapes: a quote and a backslash are written with one more.
        if (next === BACKSLASH) at += bytes[at + 1] === BACKSLASH ? 2 : 1;
        else if (next !== SLASH) return false;
      }
    }
    return false;
  }

  private fail(): false {
    this.sound = false;
    return false;
  }

  /** True while every object left so far ended as it should. */
  isSound(): boolean {
    return this.sound;
  }

  name(): string {
    const { bytes, nameStart, nameEnd } = this;
    const written = Buffer.from(bytes.buffer, bytes.byteOffset + nameStart, nameEnd - nameStart);
    if (!this.unusual) return written.toString('latin1');
    try {
      return JSON.parse(`"${JSON.parse(`"${written.toString('utf8')}"`) as string}"`) as string;
    } catch {
      this.sound = false;
      return '';
    }
  }

  /** False when the last name is surely another word, whatever its case: plain letters of another length. */
  mayBe(word: string): boolean {
    if (this.nameEnd - this.nameStart === word.length || this.unusual) return true;
    return this.bytes[this.nameStart]! <= 0x20 || this.bytes[this.nameEnd - 1]! <= 0x20;
  }

  /** A whole number of few digits; -1 for anything else. */
  whole(): number {
    let code = this.peek();
    const first = this.at;
    let value = 0;
    while (code >= 0x30 && code <= 0x39) {
      value = value * 10 + (code - 0x30);
      code = this.bytes[++this.at] ?? 0;
    }
    const digits = this.at - first;
    const isWhole = digits > 0 && digits <= 9 && code !== 0x2e && code !== 0x65 && code !== 0x45;
    return isWhole ? value : -1;
  }

  isAtEnd(): boolean {
    this.peek();
    return this.at === this.bytes.length;
  }

  /** Skips blanks, which the outer text writes with a backslash unless they are spaces; 0 at the end. */
  private peek(): number {
    const { bytes } = this;
    for (;;) {
      const code = bytes[this.at] ?? 0;
      if (code === 0x20) this.at++;
      else if (code === BACKSLASH && isWrittenBlank(bytes[this.at + 1])) this.at += 2;
      else return code;
    }
  }
}

/** `\n`, `\r` or `\t`, the backslash left out. */
function isWrittenBlank(byte: number | undefined): boolean {
  return byte === 0x6e || byte === 0x72 || byte === 0x74;
}

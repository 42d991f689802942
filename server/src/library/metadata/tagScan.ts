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
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Walks the text of `ss_tag_frequency` and hands out the tags that are trigger words, and every tag that is its
 * directory's only one. Hundreds of other tags are passed over without a copy of any: this text is the longest of most
 * headers, and an index of thousands wants a word or two of it.
 *
 * False when the text is not in the form that trainers write, objects of whole numbers; what was handed out then counts
 * for nothing, and the text has to be read as any JSON.
 */
export function scanTags(
  text: string,
  rulesFor: (directory: string) => TagRules,
  take: (tag: string, count: number) => void,
): boolean {
  const scan = new TagScanner(text);
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
  private escaped = false;
  /** True before the first entry of an object. */
  private fresh = false;
  /** False once something was not as expected. */
  private sound = true;

  constructor(private readonly text: string) {}

  /** Steps into an object. */
  enter(): boolean {
    if (this.peek() !== OPEN) return false;
    this.at++;
    this.fresh = true;
    return true;
  }

  /** Steps to the value of the next entry; false at the object's end, or where something is not as expected. */
  next(): boolean {
    const { text } = this;
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
    if (this.peek() !== QUOTE) return this.fail();
    let at = ++this.at;
    this.nameStart = at;
    this.escaped = false;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (code === BACKSLASH) {
        this.escaped = true;
        at++;
      } else if (!(code >= 0x20)) return this.fail();
      at++;
    }
    this.nameEnd = at;
    this.at = at + 1;
    if (this.peek() !== COLON) return this.fail();
    this.at++;
    return true;
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
    if (!this.escaped) return this.text.slice(this.nameStart, this.nameEnd);
    try {
      return JSON.parse(this.text.slice(this.nameStart - 1, this.nameEnd + 1)) as string;
    } catch {
      return this.text.slice(this.nameStart, this.nameEnd);
    }
  }

  /** False when the last name is surely another word, whatever its case: plain letters of another length. */
  mayBe(word: string): boolean {
    if (this.nameEnd - this.nameStart === word.length) return true;
    if (this.escaped) return true;
    for (let at = this.nameStart; at < this.nameEnd; at++) if (this.text.charCodeAt(at) >= 0x80) return true;
    return this.text.charCodeAt(this.nameStart) <= 0x20 || this.text.charCodeAt(this.nameEnd - 1) <= 0x20;
  }

  /** A whole number of few digits; -1 for anything else. */
  whole(): number {
    let code = this.peek();
    const start = this.at;
    let value = 0;
    while (code >= 0x30 && code <= 0x39) {
      value = value * 10 + (code - 0x30);
      code = this.text.charCodeAt(++this.at);
    }
    const digits = this.at - start;
    return digits === 0 || digits > 9 || code === 0x2e || code === 0x65 || code === 0x45 ? -1 : value;
  }

  isAtEnd(): boolean {
    this.peek();
    return this.at === this.text.length;
  }

  private peek(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at++;
    }
  }
}

/** Longest description, characters: what a hover shows. */
export const MAX_DESCRIPTION = 2_000;
const MAX_WORD = 200;
const MAX_WORDS = 64;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Plain text of untrusted HTML: tags, scripts, comments and control characters gone, length capped. */
export function plainText(html: string, limit = MAX_DESCRIPTION): string {
  const text = html
    .slice(0, limit * 20)
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<(?:br|\/p|\/div|\/li|\/h\d)\b[^<>]*>/gi, '\n')
    .replace(/<\/?[a-z!][^<>]*(?:>|$)/gi, '')
    .replace(/&(#x[\da-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => entity(name) ?? whole);
  return withoutControls(text)
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .slice(0, limit);
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 31 && code < 0x110000 && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '';
}

/** Printable ASCII with single spaces between: most labels, and nothing to clean. */
const PLAIN_WORDS = /^[!-~]+(?: [!-~]+)*$/;

/** One line of untrusted text: without control characters, whitespace collapsed, length limited. */
export function plainLine(text: string, limit = MAX_WORD): string {
  if (text.length <= limit && PLAIN_WORDS.test(text)) return text;
  return withoutControls(text.slice(0, limit * 4))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit);
}

/** Control characters and the marks that reverse the direction of text have no business in a label. */
function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

/**
 * Words out of trigger texts, which may be single words, whole prompts with commas, or hold `<lora:…>` tags. Order is
 * kept, doubles are dropped.
 */
export function triggerWordsOf(texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const part of text
      .slice(0, 20_000)
      .replace(/<[^<>]*>/g, ',')
      .split(/[,\n]/)) {
      const word = plainLine(part);
      if (word !== '' && words.size < MAX_WORDS) words.add(word);
    }
  }
  return [...words];
}

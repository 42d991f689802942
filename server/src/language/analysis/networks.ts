import { WORD } from '../text/python';

/** One `<type:args>` of a text, with offsets into that text. */
export interface NetworkTag {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly items: readonly NetworkItem[];
  readonly positional: readonly NetworkItem[];
  readonly named: Readonly<Record<string, string>>;
}

/** One argument between colons. */
export interface NetworkItem {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const NO_NAMES: NetworkTag['named'] = {};

const TYPE = new RegExp(`[${WORD}]+`, 'uy');

/**
 * Finds every `<type:args>`. The type is one word right after the `<`; the arguments end at the first `>` whatever
 * stands between. An argument with exactly one `=` is a named one, wherever it stands. Linear in the text.
 */
export function findNetworks(text: string): NetworkTag[] {
  const tags: NetworkTag[] = [];
  let close = -1;
  for (let open = text.indexOf('<'); open >= 0; ) {
    let resume = open + 1;
    TYPE.lastIndex = resume;
    const type = TYPE.exec(text)?.[0];
    if (type !== undefined && text[resume + type.length] === ':') {
      const from = resume + type.length + 1;
      if (close < from) close = text.indexOf('>', from);
      if (close < 0) break;
      if (close > from) {
        tags.push(readTag(text, open, type, from, close));
        resume = close + 1;
      }
    }
    open = text.indexOf('<', resume);
  }
  return tags;
}

function readTag(text: string, open: number, type: string, from: number, close: number): NetworkTag {
  const items: NetworkItem[] = [];
  const positional: NetworkItem[] = [];
  let named: Map<string, string> | undefined;
  let start = from;
  for (const item of text.slice(from, close).split(':')) {
    const part = { text: item, start, end: start + item.length };
    items.push(part);
    start = part.end + 1;
    const [key = '', value, more] = item.split('=');
    if (value !== undefined && more === undefined) {
      named ??= new Map();
      named.set(key, value);
    } else positional.push(part);
  }
  return {
    start: open,
    end: close + 1,
    type,
    items,
    positional,
    named: named ? Object.fromEntries(named) : NO_NAMES,
  };
}

/** The text without its tags: what the layers after this one see. */
export function removeNetworks(text: string, tags: readonly NetworkTag[]): string {
  let at = 0;
  let out = '';
  for (const tag of tags) {
    out += text.slice(at, tag.start);
    at = tag.end;
  }
  return out + text.slice(at);
}

import type {
  WildcardCollection,
  WildcardLookup,
  WildcardMatcher,
  WildcardValue,
} from '../../../shared/wildcards';

/**
 * How often a value counts where values are listed: as often as its weight says, as in dynamicprompts, but a weight
 * between 0 and 1 is kept and counts once.
 */
export function repeated({ weight = 1 }: WildcardValue): number {
  return weight > 0 ? Math.max(1, Math.floor(Math.min(weight, MAX_REPEATED))) : 0;
}

const MAX_REPEATED = 1000;

/**
 * Builds a look-up over wildcards. A pattern may hold `*` and `?`, which cross folders, and `[abc]`; a name that matches
 * nothing is tried in every folder. Values are sorted and each counts once.
 */
export function createWildcardLookup(collections: readonly WildcardCollection[]): WildcardLookup {
  const match = createWildcardMatcher(collections);
  const cache = new Map<string, readonly WildcardValue[]>();
  return (pattern) => {
    const known = cache.get(pattern);
    if (known !== undefined) return known;
    const values = new Map<string, WildcardValue>();
    for (const collection of match(pattern))
      for (const value of collection.values) {
        const key = `${value.weight ?? ''}\u0000${value.text}`;
        if (!values.has(key)) values.set(key, value);
      }
    const sorted = [...values.values()].sort((a, b) => compareCodePoints(a.text, b.text));
    cache.set(pattern, sorted);
    return sorted;
  };
}

/** Builds the part of a look-up that finds names. The last collection of a name counts. */
export function createWildcardMatcher(collections: readonly WildcardCollection[]): WildcardMatcher {
  const byName = new Map(collections.map((collection) => [collection.name, collection]));
  const found = (pattern: string): WildcardCollection[] => {
    const exact = byName.get(pattern);
    if (!/[*?[]/.test(pattern)) return exact === undefined ? [] : [exact];
    const regex = globPattern(pattern);
    return [...byName.values()].filter(({ name, values }) => values.length > 0 && regex.test(name));
  };
  const hasValues = (list: readonly WildcardCollection[]) => list.some(({ values }) => values.length > 0);
  return (pattern) => {
    const cleaned = pattern.replace(/[\\/]+/g, '/').replace(/^\/+|\/+$/g, '');
    if (cleaned.includes('..')) return [];
    const direct = found(cleaned);
    if (hasValues(direct) || pattern.startsWith('**')) return direct;
    const anywhere = found(`**/${cleaned}`);
    return anywhere.length > 0 ? anywhere : direct;
  };
}

/** A `.txt` wildcard: its lines without blank ones and comments. */
export function textCollection(name: string, text: string, file?: string): WildcardCollection {
  const values = wildcardValues(text).map((value) => ({ text: value }));
  return { name, values, ...(file !== undefined && { file }) };
}

/** Lines of a wildcard file without blank ones and comments. */
export function wildcardValues(text: string): string[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Shell patterns as Python's `fnmatch` reads them: a `*` also matches `/`. */
function globPattern(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (character === '*') {
      // Stars in a row mean what one means, and one is matched much faster.
      while (pattern[at + 1] === '*') at++;
      source += '[^]*';
    } else if (character === '?') source += '[^]';
    else if (close > 0) {
      const body = pattern.slice(at + 1, close).replace(/[\\\]]/g, '\\$&');
      source += `[${body.startsWith('!') ? `^${body.slice(1)}` : body.replace(/^\^/, '\\^')}]`;
      at = close;
    } else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    return /^(?!)/;
  }
}

/** Python sorts by code point, JavaScript by UTF-16 unit. */
function compareCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let at = 0; at < left.length && at < right.length; at++) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Values of every wildcard a pattern names; an empty list when there is none. */
export type WildcardLookup = (pattern: string) => readonly string[];

/**
 * Builds a look-up over wildcard files given as name → text (`animals/cats.txt` or `animals/cats`). A pattern may hold
 * `*` and `?`, which cross folders, and `[abc]`; a name that matches nothing is tried in every folder. Values are sorted
 * and each counts once.
 */
export function createWildcardLookup(files: ReadonlyMap<string, string>): WildcardLookup {
  const collections = new Map<string, readonly string[]>();
  for (const [path, text] of files) collections.set(path.replace(/\.txt$/i, ''), wildcardValues(text));
  const cache = new Map<string, readonly string[]>();
  const match = (pattern: string): string[] => {
    const regex = globPattern(pattern);
    return [...collections].filter(([name]) => regex.test(name)).flatMap(([, values]) => values);
  };
  return (pattern) => {
    const cleaned = pattern.replace(/[\\/]+/g, '/').replace(/^\/+|\/+$/g, '');
    const known = cache.get(cleaned);
    if (known !== undefined) return known;
    let values = cleaned.includes('..') ? [] : match(cleaned);
    if (values.length === 0 && !cleaned.startsWith('**') && !cleaned.includes('..'))
      values = match(`**/${cleaned}`);
    const sorted = [...new Set(values)].sort(compareCodePoints);
    cache.set(cleaned, sorted);
    return sorted;
  };
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
    return new RegExp(`^${source}$`);
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

import { isWordAt } from '../text/python';

/** A textual inversion found in a prompt, by the stem of its file. */
export interface EmbeddingUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the names of textual inversions. The web UI compares tokens, not words: case does not count, a name may stand
 * anywhere between other tokens, and of several that begin at one place the longest is taken. Tokens end where words do.
 */
export function findEmbeddings(text: string, names: readonly string[]): EmbeddingUse[] {
  const byStart = new Map<string, string[]>();
  for (const name of names) {
    const key = name.slice(0, 1).toLowerCase();
    if (key === '') continue;
    const list = byStart.get(key);
    if (list === undefined) byStart.set(key, [name]);
    else list.push(name);
  }
  if (byStart.size === 0) return [];
  for (const list of byStart.values()) list.sort((a, b) => b.length - a.length);

  const lower = text.toLowerCase();
  // Lower-casing changes the length of a few letters; then offsets would not fit, and case counts after all.
  const haystack = lower.length === text.length ? lower : text;
  const uses: EmbeddingUse[] = [];
  for (let at = 0; at < text.length; at++) {
    const candidates = byStart.get(haystack.charAt(at).toLowerCase());
    const found = candidates?.find(
      (name) => haystack.startsWith(name.toLowerCase(), at) && standsAlone(text, at, at + name.length),
    );
    if (found === undefined) continue;
    uses.push({ name: found, start: at, end: at + found.length });
    at += found.length - 1;
  }
  return uses;
}

/** True unless a word goes on across one of the ends. */
function standsAlone(text: string, start: number, end: number): boolean {
  return (
    !(isWordAt(text, start - 1) && isWordAt(text, start)) && !(isWordAt(text, end - 1) && isWordAt(text, end))
  );
}

import { EMPTY_HASH, hashOf, mixed } from './hash';
import { isBoundary } from './python';

/** Lower case, `_` as a blank, single blanks, no backslashes: two texts a writer takes for the same tag fold alike. */
export function fold(text: string): string {
  if (isFolded(text)) return text;
  return text.replaceAll('\\', '').replaceAll('_', ' ').replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** True for a text of plain ASCII that folding leaves as it is, as it does most tags. */
function isFolded(text: string): boolean {
  return hashOfFolded(text, 0, text.length) !== undefined;
}

/** A hash of the folded text of a stretch: texts that fold alike have the same one. */
export function foldedHash(text: string, start: number, end: number): number {
  const hash = hashOfFolded(text, start, end);
  if (hash !== undefined) return hash;
  const folded = fold(text.slice(start, end));
  return hashOf(folded, 0, folded.length);
}

/** `hashOf` a stretch, and the look at whether folding would change it, in one pass: undefined if it may. */
function hashOfFolded(text: string, start: number, end: number): number | undefined {
  let hash = EMPTY_HASH;
  let before = BLANK;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < BLANK || code > 126 || (code >= 65 && code <= 90) || code === BACKSLASH || code === UNDERSCORE)
      return undefined;
    if (code === BLANK && before === BLANK) return undefined;
    before = code;
    hash = mixed(hash, code);
  }
  return before !== BLANK || start === end ? hash : undefined;
}

const BLANK = 32;
const BACKSLASH = 92;
const UNDERSCORE = 95;

/** Offset at which a folded phrase stands in a folded text as whole words, or -1. */
export function indexOfPhrase(text: string, phrase: string): number {
  if (phrase === '') return -1;
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
    const end = at + phrase.length;
    if (isEdge(text, at, phrase.slice(0, 1)) && isEdge(text, end, phrase.slice(-1))) return at;
  }
  return -1;
}

/** Scripts that are written without blanks have no word boundaries to insist on. */
function isEdge(text: string, offset: number, inner: string): boolean {
  return (
    isBoundary(text, offset) ||
    !/[\p{L}\p{N}]/u.test(inner) ||
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(inner)
  );
}

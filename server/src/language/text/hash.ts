/** The hash of no text. */
export const EMPTY_HASH = 0x811c9dc5 | 0;

/** The hash of a text with one more UTF-16 unit, by FNV-1a: a 32-bit integer. */
export function mixed(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** The hash of the stretch `[start, end)`. */
export function hashOf(text: string, start: number, end: number): number {
  let hash = EMPTY_HASH;
  for (let at = start; at < end; at++) hash = mixed(hash, text.charCodeAt(at));
  return hash;
}

/**
 * Blanks that are nothing but blanks to the model. CLIP's tokenizer first repairs a text, and other characters that
 * Python's `\s` knows do not survive that as blanks: U+0085 becomes an ellipsis, U+000B and U+001C–U+001F are dropped so
 * that the words beside them join, and a no-break space may be half of a letter that was decoded wrongly.
 */
const PLAIN = ' \\t\\n\\r\\f\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const ONLY_PLAIN = new RegExp(`^[${PLAIN}]*$`, 'u');
const PLAIN_RUNS = new RegExp(`[${PLAIN}]+`, 'u');

/** Characters that the repair drops or rewrites. */
const REPAIRED = /[\0-\x08\x0b\x0e-\x1f\x7f-\xa0\u206a-\u206f\ufeff\ufff9-\uffff]/u;

/** The pieces CLIP's tokenizer cuts a text into before it looks them up. */
const CLIP_PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

/** True for a run of blanks that may be written in another way without the model noticing. */
export function isPlainBlank(text: string): boolean {
  return ONLY_PLAIN.test(text);
}

/**
 * What the tokenizer makes tokens of: two texts with the same pieces have the same tokens. A stretch with characters
 * that the repair touches is one piece, as nobody knows here what becomes of it.
 */
export function tokenPieces(text: string): string[] {
  return text
    .split(PLAIN_RUNS)
    .filter((stretch) => stretch !== '')
    .flatMap((stretch) => (REPAIRED.test(stretch) ? [stretch] : (stretch.match(CLIP_PIECES) ?? [])));
}

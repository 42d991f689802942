/** Windows-1252's characters at 0x80 … 0x9f; the five it leaves open stay as they are. */
export const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const CODES_1252 = new Map(Array.from(WINDOWS_1252, (character, i) => [character, 0x80 + i]));

/**
 * Undoes a decoding as Windows-1252 or Latin-1 of what was UTF-8: `cafÃ©` is `café`. Where a line as a whole is no such
 * thing, its parts may be: `“cafÃ©”`. Only what looks wrong is touched, by the rules of the Python library ftfy (Robyn
 * Speer, Apache-2.0), which has eight more encodings.
 */
export function decodeAgain(line: string): string {
  if (!looksWrong(line)) return line;
  return decoded(line) ?? line.replace(PARTS, (part) => (looksWrong(part) ? (decoded(part) ?? part) : part));
}

function decoded(text: string): string | undefined {
  const bytes = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return code < 256 ? code : CODES_1252.get(character);
  });
  if (bytes.includes(undefined)) return undefined;
  try {
    const whole = Uint8Array.from(bytes as number[]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole);
  } catch {
    return undefined;
  }
}

/** Characters of Windows-1252 that begin a UTF-8 sequence of two, three and four bytes, and those that go on with one. */
const GOES_ON = `[\\x80-\\xbf${WINDOWS_1252}]`;
const SEQUENCE = `[\\xc2-\\xdf]${GOES_ON}|[\\xe0-\\xef]${GOES_ON}{2}|[\\xf0-\\xf3]${GOES_ON}{3}`;
const PARTS = new RegExp(`(?<!${GOES_ON})(?:${SEQUENCE})+`, 'gu');

/** Kinds of characters, as ftfy's `badness` sorts those of Windows-1252. */
const ODD = '¦¤¨¬¯¸ƒˆ˜†‡‰ªº\ufffd';
const LAW = '¶§';
const MONEY = '¢£¥€';
const OPENING = '¡«¿©‘‚“„•‹';
const CLOSING = '®»”›™';
const NUMERIC = '²³¹±¼½¾×µ÷';
const CAPITAL = 'À-ÑØÜÝŒŠŸŽ';
const SMALL = 'ßà-ñœšüž';

/** Pairs and triples of kinds that hardly anyone writes. */
const WRONG = new RegExp(
  [
    '[\\x80-\\x9f]',
    `[${ODD}${SMALL}${CAPITAL}${OPENING}${CLOSING}${MONEY}${NUMERIC}${LAW}][${ODD}]`,
    `[a-zA-Z]Þ[${ODD}]`,
    `[${ODD}][${SMALL}${CAPITAL}${OPENING}${CLOSING}${MONEY}${NUMERIC}${LAW}]`,
    `[${SMALL}${CLOSING}${MONEY}${NUMERIC}][${CAPITAL}]`,
    `[${CLOSING}${MONEY}${NUMERIC}][${SMALL}]`,
    `[${SMALL}${CLOSING}][${MONEY}]`,
    `\\s[${CAPITAL}][${MONEY}]`,
    `[${CAPITAL}][${NUMERIC}${LAW}]`,
    `[${SMALL}${CAPITAL}${MONEY}${CLOSING}][${OPENING}][${NUMERIC}]`,
    `[${SMALL}${CAPITAL}${MONEY}${NUMERIC}${LAW}][${CLOSING}][${OPENING}]`,
    `[${MONEY}${NUMERIC}][${OPENING}]`,
    `[a-z][${CAPITAL}][${OPENING}${MONEY}]`,
    `[${SMALL}${CAPITAL}][${OPENING}${CLOSING}][\\p{L}\\p{N}_]`,
    '[Œœ][^A-Za-z]',
    `[${CAPITAL}]°`,
    `[ÂÃÎÐ][€œŠš¢£Ÿž\\xa0\\xad®©°·»${OPENING}${CLOSING}–—´]`,
    '×[²³]',
    'à[²µ¹¼½¾]',
    'Ã[\\xa0¡]',
  ].join('|'),
  'u',
);

function looksWrong(text: string): boolean {
  return WRONG.test(text);
}

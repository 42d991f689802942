import { decodeEntities } from './entities';

/**
 * The repairs of the Python library ftfy that change tokens: HTML entities, C1 controls, ligatures, full-width
 * characters, curly quotes, line ends, terminal escapes, control characters, composition, and lines that were decoded
 * as Windows-1252 though they are UTF-8. They are repeated until nothing changes, as there.
 *
 * Left out: wrong decoding of a part of a line only, which ftfy finds by a statistic.
 */
export function repairText(text: string): string {
  // From the first line on that holds a `<`, the text is taken to know its entities.
  let mayHoldEntities = true;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      if (line.includes('<')) mayHoldEntities = false;
      return repairLine(line, mayHoldEntities);
    })
    .join('');
}

function repairLine(line: string, mayHoldEntities: boolean): string {
  for (let before = line; ; ) {
    const decoded = mayHoldEntities ? decodeEntities(before) : before;
    const after = REPAIRS.reduce((text, repair) => repair(text), decoded);
    if (after === before) return after;
    before = after;
  }
}

/** Windows-1252's characters at 0x80 … 0x9f; the five it leaves open stay as they are. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Characters that are two letters only in print. */
const LIGATURES = new Map([
  ['Ĳ', 'IJ'],
  ['ĳ', 'ij'],
  ['ŉ', 'ʼn'],
  ['Ǳ', 'DZ'],
  ['ǲ', 'Dz'],
  ['ǳ', 'dz'],
  ['Ǆ', 'DŽ'],
  ['ǅ', 'Dž'],
  ['ǆ', 'dž'],
  ['Ǉ', 'LJ'],
  ['ǈ', 'Lj'],
  ['ǉ', 'lj'],
  ['Ǌ', 'NJ'],
  ['ǋ', 'Nj'],
  ['ǌ', 'nj'],
  ['ﬀ', 'ff'],
  ['ﬁ', 'fi'],
  ['ﬂ', 'fl'],
  ['ﬃ', 'ffi'],
  ['ﬄ', 'ffl'],
  ['ﬅ', 'ſt'],
  ['ﬆ', 'st'],
]);

const REPAIRS: readonly ((text: string) => string)[] = [
  decodeAgain,
  (text) => text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!),
  (text) => text.replace(/[ĲĳŉǄ-ǌǱ-ǳﬀ-ﬆ]/g, (ligature) => LIGATURES.get(ligature) ?? ligature),
  (text) => text.replace(/[\u3000\uff01-\uffef]/g, (wide) => wide.normalize('NFKC')),
  (text) => text.replace(/[\u02bc\u2018-\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"'),
  (text) => text.replace(/\r\n|[\r\u2028\u2029\u0085]/g, '\n'),
  (text) => text.replace(/\p{Cs}/gu, '\ufffd'),
  (text) => text.replace(/\x1b\[[\d;]*[a-zA-Z]/g, ''),
  (text) => text.replace(/[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, ''),
  (text) => text.normalize('NFC'),
];

const CODES_1252 = new Map(Array.from(WINDOWS_1252, (character, i) => [character, 0x80 + i]));

/** Undoes a decoding as Windows-1252 or Latin-1 of what was UTF-8: `cafÃ©` is `café`. Other text never decodes so. */
function decodeAgain(line: string): string {
  if (/^[\x00-\x7f]*$/.test(line)) return line;
  const bytes = Array.from(line, (character) => {
    const code = character.codePointAt(0)!;
    return code < 256 ? code : CODES_1252.get(character);
  });
  if (bytes.includes(undefined)) return line;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes as number[]),
    );
  } catch {
    return line;
  }
}

import { decodeEntities } from './entities';
import { decodeAgain, WINDOWS_1252 } from './mojibake';

/**
 * The repairs of the Python library ftfy that change tokens: HTML entities, C1 controls, ligatures, full-width
 * characters, curly quotes, line ends, terminal escapes, control characters, composition, and what was decoded as
 * Windows-1252 though it is UTF-8. They are repeated until nothing changes, as there.
 */
export function repairText(text: string): string {
  // From the first line on that holds a `<`, the text is taken as HTML with its own entities.
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

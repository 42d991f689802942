import { repairText } from './repair';

/**
 * How text is cleaned before it is cut into words.
 * - `repaired`: the original CLIP way, with ftfy's repairs; the web UI, ComfyUI and diffusers do this.
 * - `basic`: transformers' slow tokenizer where ftfy is not installed.
 * - `fast`: transformers' fast tokenizer.
 */
export type Cleaning = 'repaired' | 'basic' | 'fast';

/** Cleans and lower-cases a prompt's text. */
export function cleanText(text: string, cleaning: Cleaning): string {
  switch (cleaning) {
    case 'repaired':
      return repairText(text).replace(/\s+/gu, ' ').trim().toLowerCase();
    case 'basic':
      return basicWords(text)
        .map((word) => word.toLowerCase())
        .join(' ');
    case 'fast':
      // One character at a time: a sigma at a word's end stays an ordinary sigma.
      return [...text.normalize('NFC').replace(/\p{White_Space}+/gu, ' ')]
        .map((character) => character.toLowerCase())
        .join('');
  }
}

/** Drops control characters, sets Chinese characters apart, splits at white space. */
function basicWords(text: string): string[] {
  const visible = [...text].filter((character) => character !== '\ufffd' && !isControl(character));
  const spaced = visible.map((character) => {
    if (/[\t\n\r\p{Zs}]/u.test(character)) return ' ';
    return isChinese(character.codePointAt(0)!) ? ` ${character} ` : character;
  });
  return spaced.join('').normalize('NFC').split(/\s+/u).filter(Boolean);
}

function isControl(character: string): boolean {
  return /\p{C}/u.test(character) && !/[\t\n\r]/u.test(character);
}

/** The blocks of CJK ideographs, as BERT's tokenizer lists them: neither kana nor hangul. */
const CHINESE: readonly (readonly [first: number, last: number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b820, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

function isChinese(code: number): boolean {
  return CHINESE.some(([first, last]) => code >= first && code <= last);
}

import { asciiDigits, parseFloatPython } from '../text/python';

/** A number the writer plainly meant by a text that is none: decimal comma, Unicode minus, two points, a stray `x`. */
export function plainlyMeant(text: string): string | undefined {
  const repaired = asciiDigits(text)
    .trim()
    .replace(/[‐‑‒–—−－﹣]/u, '-')
    .replace(/[，．。·]/u, '.')
    .replace(/\s+/gu, '')
    .replace(/^([+-]?\d+),(\d+)$/u, '$1.$2')
    .replace(/^([+-]?\d*)\.{2,}(\d+)$/u, '$1.$2')
    .replace(/^[x×]|[x×]$/iu, '');
  const value = parseFloatPython(repaired);
  if (repaired === text || value === undefined || !Number.isFinite(value)) return undefined;
  return repaired;
}

/** A number for a message and for a fix: at most three decimals, no trailing zeros. */
export function shortNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/**
 * Reads a number as a tolerant reader would: blanks do not count, a comma is a point, a point too many is dropped
 * (`1..5`, `.1.5` and `1.5.1` are all 1.5). Undefined without a digit.
 */
export function readLenientNumber(text: string): number | undefined {
  const body = text.replace(/\s+/g, '').replaceAll(',', '.');
  const sign = body.startsWith('-') ? -1 : 1;
  const [whole, fraction] = body.match(/\d+/g) ?? [];
  if (whole === undefined) return undefined;
  if (fraction !== undefined) return sign * Number(`${whole}.${fraction}`);
  return sign * Number(/^[+-]?\./.test(body) ? `.${whole}` : whole);
}

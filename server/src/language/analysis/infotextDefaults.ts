import { asciiDigits } from '../text/python';
import { parseAttention } from './attention';
import { keysOfOldVersions } from './infotextVersions';
import { oldFirstPass } from './oldFirstPass';

/** What the web UI fills in for keys an infotext lacks, so that pasting an old one resets the fields. */
const DEFAULTS: readonly (readonly [key: string, value: string])[] = [
  ['Clip skip', '1'],
  ['Hypernet', ''],
  ['Hires resize-1', '0'],
  ['Hires resize-2', '0'],
  ['Hires sampler', 'Use same sampler'],
  ['Hires schedule type', 'Use same scheduler'],
  ['Hires checkpoint', 'Use same checkpoint'],
  ['Hires prompt', ''],
  ['Hires negative prompt', ''],
  ['Mask mode', 'Inpaint masked'],
  ['Masked content', 'original'],
  ['Inpaint area', 'Whole picture'],
  ['Masked area padding', '32'],
  ['RNG', 'GPU'],
  ['Schedule type', 'Automatic'],
  ['Schedule max sigma', '0'],
  ['Schedule min sigma', '0'],
  ['Schedule rho', '0'],
  ['VAE Encoder', 'Full'],
  ['VAE Decoder', 'Full'],
  ['FP8 weight', 'Disable'],
  ['Refiner switch by sampling steps', 'False'],
];

/**
 * Completes a record: the size of an old hires fix, defaults for missing keys, what an older version did otherwise, and a
 * `Hypernet` of old pictures appended to the prompt as a tag.
 */
export function withInfotextDefaults(record: ReadonlyMap<string, string>): Map<string, string> {
  const full = new Map(record);
  const hypernet = record.get('Hypernet');
  if (hypernet !== undefined)
    full.set(
      'Prompt',
      `${full.get('Prompt') ?? ''}<hypernet:${hypernet}:${record.get('Hypernet strength') ?? '1.0'}>`,
    );
  restoreFirstPassSize(full);
  // A second pass with the first one's prompts has none of its own.
  if (full.get('Hires prompt') === full.get('Prompt')) full.set('Hires prompt', '');
  if (full.get('Hires negative prompt') === full.get('Negative prompt'))
    full.set('Hires negative prompt', '');
  for (const [key, value] of DEFAULTS) if (key !== 'Hypernet' && !full.has(key)) full.set(key, value);
  if (full.get('FP8 weight') !== 'Disable' && !full.has('Cache FP16 weight for LoRA'))
    full.set('Cache FP16 weight for LoRA', 'False');
  if (!full.has('Emphasis') && usesEmphasis(full)) full.set('Emphasis', 'Original');
  const find = (key: string) => full.get(key);
  for (const [key, value] of keysOfOldVersions(find, full.get('Prompt') ?? '')) full.set(key, value);
  return full;
}

/** Whether a part of either prompt has a weight. */
function usesEmphasis(record: ReadonlyMap<string, string>): boolean {
  return ['Prompt', 'Negative prompt'].some((key) =>
    parseAttention(record.get(key) ?? '').pieces.some(({ text, weight }) => weight !== 1 && text !== 'BREAK'),
  );
}

/** A picture of an old hires fix: its size becomes that of the second pass. */
function restoreFirstPassSize(record: Map<string, string>): void {
  const numberOf = (key: string) => Number(asciiDigits(record.get(key) ?? ''));
  if (!record.has('First pass size-1') || !record.has('First pass size-2')) return;
  const sides = ['Size-1', 'Size-2'].map((key) => (record.has(key) ? numberOf(key) : 512)) as [
    number,
    number,
  ];
  const first = [numberOf('First pass size-1'), numberOf('First pass size-2')];
  const [width, height] = first.includes(0) ? oldFirstPass(...sides) : first;
  record.set('Size-1', String(width));
  record.set('Size-2', String(height));
  record.set('Hires resize-1', String(sides[0]));
  record.set('Hires resize-2', String(sides[1]));
}

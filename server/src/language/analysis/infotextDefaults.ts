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
  ['Cache FP16 weight for LoRA', 'False'],
  ['Emphasis', 'Original'],
  ['Refiner switch by sampling steps', 'False'],
];

/**
 * Completes a record: defaults for missing keys, and a `Hypernet` of old pictures appended to the prompt as a tag.
 * Changes nothing that is there.
 */
export function withInfotextDefaults(record: ReadonlyMap<string, string>): Map<string, string> {
  const full = new Map(record);
  for (const [key, value] of DEFAULTS) if (key !== 'Hypernet' && !full.has(key)) full.set(key, value);
  const hypernet = record.get('Hypernet');
  if (hypernet !== undefined)
    full.set(
      'Prompt',
      `${full.get('Prompt') ?? ''}<hypernet:${hypernet}:${record.get('Hypernet strength') ?? '1.0'}>`,
    );
  return full;
}

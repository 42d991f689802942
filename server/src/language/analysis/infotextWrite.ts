import { quoteValue } from '../text/quotedValue';

/** The web UI's own order; keys it does not know keep their place among themselves, before `Version`. */
export const INFOTEXT_KEYS = [
  'Steps',
  'Sampler',
  'Schedule type',
  'CFG scale',
  'Image CFG scale',
  'Seed',
  'Face restoration',
  'Size',
  'Model hash',
  'Model',
  'VAE hash',
  'VAE',
  'Variation seed',
  'Variation seed strength',
  'Seed resize from',
  'Denoising strength',
  'Conditional mask weight',
  'Clip skip',
  'ENSD',
  'Token merging ratio',
  'Token merging ratio hr',
  'Init image hash',
  'RNG',
  'NGMS',
  'Tiling',
  'Hires prompt',
  'Hires negative prompt',
  'Hires upscale',
  'Hires resize',
  'Hires steps',
  'Hires upscaler',
  'Lora hashes',
  'TI hashes',
  'Emphasis',
] as const;

const LAST_KEYS = ['Version', 'User'];

/** Writes `prompt`, `Negative prompt: …` and the parameter line. An empty negative prompt is left out, as upstream does. */
export function formatInfotext(
  prompt: string,
  negativePrompt: string,
  parameters: Iterable<readonly [key: string, value: string]>,
): string {
  const line = [...parameters]
    .map(([key, value]) => (key === value ? key : `${key}: ${quoteValue(value)}`))
    .join(', ');
  const negative = negativePrompt === '' ? '' : `\nNegative prompt: ${negativePrompt}`;
  return line === '' ? `${prompt}${negative}` : `${prompt}${negative}\n${line}`;
}

/** Sorts parameters into the web UI's order. Stable for keys it does not know. */
export function sortParameters(
  parameters: Iterable<readonly [key: string, value: string]>,
): (readonly [key: string, value: string])[] {
  const rank = (key: string): number => {
    const known = (INFOTEXT_KEYS as readonly string[]).indexOf(key);
    if (known >= 0) return known;
    const last = LAST_KEYS.indexOf(key);
    return last < 0 ? INFOTEXT_KEYS.length : INFOTEXT_KEYS.length + 1 + last;
  };
  return [...parameters].sort((a, b) => rank(a[0]) - rank(b[0]));
}

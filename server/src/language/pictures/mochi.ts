import type { PictureReader } from './picture';
import { xmpText } from './xmp';

const FIELD =
  /(?:^|; )(Include in Image|Exclude from Image|Model|Steps|Guidance Scale|Seed|Size|Scheduler|Upscaler|ML Compute Unit|Generator): /g;

/** Mochi Diffusion writes one text of `Name: value; …` as Description, in PNG or in XMP. */
export const readMochi: PictureReader = (texts) => {
  const text = [
    texts.Description,
    texts.ImageDescription,
    xmpText(texts['XML:com.adobe.xmp'], 'dc:description'),
  ].find((candidate) => candidate?.startsWith('Include in Image: '));
  if (text === undefined) return undefined;
  const fields = new Map<string, string>();
  const found = [...text.matchAll(FIELD)];
  for (const [i, match] of found.entries())
    fields.set(match[1] ?? '', text.slice(match.index + match[0].length, found[i + 1]?.index ?? text.length));
  const number = (name: string) => {
    const value = Number.parseFloat(fields.get(name) ?? '');
    return Number.isFinite(value) ? value : undefined;
  };
  const size = /^(\d+)x(\d+)$/.exec(fields.get('Size') ?? '');
  return {
    program: 'Mochi Diffusion',
    prompt: fields.get('Include in Image') ?? '',
    negative: fields.get('Exclude from Image'),
    steps: number('Steps'),
    sampler: fields.get('Scheduler'),
    cfgScale: number('Guidance Scale'),
    seed: fields.get('Seed'),
    width: size ? Number(size[1]) : undefined,
    height: size ? Number(size[2]) : undefined,
    model: fields.get('Model'),
  };
};

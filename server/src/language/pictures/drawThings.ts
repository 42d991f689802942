import { asList, asObject, jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { NamedLora, PictureReader } from './picture';
import { xmpText } from './xmp';

/** Draw Things keeps JSON as `exif:UserComment` inside XMP: `c` is the prompt, `uc` the negative prompt. */
export const readDrawThings: PictureReader = (texts) => {
  const json =
    jsonObject(xmpText(texts['XML:com.adobe.xmp'], 'exif:UserComment')) ?? jsonObject(texts.UserComment);
  if (!json || textOf(json, 'c') === undefined) return undefined;
  const size = /^(\d+)x(\d+)$/.exec(textOf(json, 'size') ?? '');
  return {
    program: 'Draw Things',
    prompt: textOf(json, 'c') ?? '',
    negative: textOf(json, 'uc'),
    loras: asList(own(json, 'lora')).flatMap((entry): NamedLora[] => {
      const object = asObject(entry);
      const name = object && textOf(object, 'model', 'file');
      return object && name ? [{ name, unet: numberOf(object, 'weight') ?? 1 }] : [];
    }),
    steps: numberOf(json, 'steps'),
    sampler: textOf(json, 'sampler'),
    cfgScale: numberOf(json, 'scale'),
    seed: seedOf(json, 'seed'),
    width: size ? Number(size[1]) : undefined,
    height: size ? Number(size[2]) : undefined,
    model: textOf(json, 'model'),
    denoise: belowOne(numberOf(json, 'strength')),
  };
};

function belowOne(strength: number | undefined): number | undefined {
  return strength !== undefined && strength < 1 ? strength : undefined;
}

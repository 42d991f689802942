import { jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { PictureReader } from './picture';

/**
 * Civitai's generator: its plain form is infotext with `Civitai resources` and needs no reader; its ComfyUI form is a
 * graph with `extraMetadata`, JSON inside JSON, which says what was asked.
 */
export const readCivitai: PictureReader = (texts) => {
  const json = jsonObject(texts.UserComment ?? texts.parameters ?? texts.prompt);
  const extra = json && own(json, 'extraMetadata');
  const asked = typeof extra === 'string' ? jsonObject(extra) : undefined;
  if (!asked || textOf(asked, 'prompt') === undefined) return undefined;
  const resources = own(asked, 'resources');
  return {
    program: 'Civitai',
    prompt: textOf(asked, 'prompt') ?? '',
    negative: textOf(asked, 'negativePrompt'),
    steps: numberOf(asked, 'steps'),
    sampler: textOf(asked, 'sampler'),
    cfgScale: numberOf(asked, 'cfgScale'),
    seed: seedOf(asked, 'seed'),
    width: numberOf(asked, 'width'),
    height: numberOf(asked, 'height'),
    clipSkip: numberOf(asked, 'clipSkip'),
    denoise: numberOf(asked, 'denoise'),
    more: Array.isArray(resources) ? [['Civitai resources', JSON.stringify(resources)]] : undefined,
  };
};

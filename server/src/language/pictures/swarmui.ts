import { asList, asNumber, asObject, jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { NamedLora, PictureReader } from './picture';

/** SwarmUI writes one JSON object with `sui_image_params`, as `parameters` in PNG and as UserComment elsewhere. */
export const readSwarmUi: PictureReader = (texts) => {
  const json = jsonObject(texts.parameters ?? texts.UserComment ?? texts.Comment);
  const params = json && asObject(own(json, 'sui_image_params'));
  if (!params) return undefined;
  const layer = numberOf(params, 'clipstopatlayer');
  return {
    program: 'SwarmUI',
    prompt: textOf(params, 'prompt') ?? '',
    negative: textOf(params, 'negativeprompt'),
    loras: loras(own(params, 'loras'), own(params, 'loraweights')),
    steps: numberOf(params, 'steps'),
    sampler: textOf(params, 'sampler', 'comfyuisampler'),
    schedule: textOf(params, 'scheduler', 'comfyuischeduler'),
    cfgScale: numberOf(params, 'cfgscale'),
    seed: seedOf(params, 'seed'),
    width: numberOf(params, 'width'),
    height: numberOf(params, 'height'),
    model: textOf(params, 'model'),
    vae: automaticless(textOf(params, 'vae')),
    clipSkip: layer === undefined ? undefined : Math.abs(layer),
    denoise: numberOf(params, 'initimagecreativity'),
  };
};

function loras(names: unknown, weights: unknown): NamedLora[] {
  const list = listOf(names);
  const strengths = listOf(weights);
  return list.map((name, i) => ({ name, unet: asNumber(strengths[i]) ?? 1 }));
}

/** A list, or one text with commas, as older versions wrote it. */
function listOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(',').map((part) => part.trim());
  return asList(value).map(String);
}

function automaticless(name: string | undefined): string | undefined {
  return name === undefined || /^(automatic|none)$/i.test(name) ? undefined : name;
}

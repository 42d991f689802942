import { asList, type Json, jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { NamedLora, PictureReader } from './picture';

/**
 * Easy Diffusion: one PNG text a field, or one JSON object as UserComment in JPEG and WebP; the keys of its tasks
 * (`use_stable_diffusion_model`) or the labels of its text files (`Stable Diffusion model`).
 */
export const readEasyDiffusion: PictureReader = (texts) => {
  const json: Json = jsonObject(texts.UserComment ?? texts.parameters) ?? texts;
  const model = textOf(
    json,
    'use_stable_diffusion_model',
    'Stable Diffusion model',
    'Stable Diffusion Model',
  );
  const prompt = textOf(json, 'prompt', 'Prompt');
  if (model === undefined || prompt === undefined) return undefined;
  return {
    program: 'Easy Diffusion',
    prompt,
    negative: textOf(json, 'negative_prompt', 'Negative Prompt'),
    loras: loras(json),
    steps: numberOf(json, 'num_inference_steps', 'Steps'),
    sampler: textOf(json, 'sampler_name', 'Sampler'),
    schedule: textOf(json, 'scheduler_name', 'Scheduler'),
    cfgScale: numberOf(json, 'guidance_scale', 'Guidance Scale'),
    seed: seedOf(json, 'seed', 'Seed'),
    width: numberOf(json, 'width', 'Width'),
    height: numberOf(json, 'height', 'Height'),
    model,
    vae: textOf(json, 'use_vae_model', 'VAE model') || undefined,
    clipSkip:
      own(json, 'clip_skip') === true || /^true$/i.test(textOf(json, 'clip_skip', 'Clip Skip') ?? '')
        ? 2
        : undefined,
    denoise: numberOf(json, 'prompt_strength', 'Prompt Strength'),
  };
};

function loras(json: Json): NamedLora[] {
  const names = listed(own(json, 'use_lora_model') ?? own(json, 'LoRA model'));
  const strengths = listed(own(json, 'lora_alpha') ?? own(json, 'LoRA Strength'));
  return names.map((name, i) => ({ name, unet: Number(strengths[i] ?? 1) || 0 }));
}

/** A list, one value, or a list that Python printed: `['a', 'b']`. */
function listed(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  const items = Array.isArray(value)
    ? asList(value).map(String)
    : String(value)
        .replace(/^\[|\]$/g, '')
        .split(',');
  return items
    .map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2'))
    .filter((item) => item !== '' && item !== 'None');
}

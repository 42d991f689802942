import { asList, asObject, type Json, jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { NamedLora, PictureReader, PictureRecord } from './picture';

const PROGRAM = 'InvokeAI';

/** InvokeAI's three forms: `invokeai_metadata` (version 3 and later), `sd-metadata` (2.x), `Dream` (1.x and 2.x). */
export const readInvokeAi: PictureReader = (texts) => {
  const current = jsonObject(texts.invokeai_metadata);
  if (current) return readCurrent(current);
  const older = jsonObject(texts['sd-metadata']);
  const image = older && asObject(own(older, 'image'));
  if (image) return readOlder(older, image);
  return texts.Dream === undefined ? undefined : readDream(texts.Dream);
};

function readCurrent(json: Json): PictureRecord {
  const model = asObject(own(json, 'model'));
  const vae = asObject(own(json, 'vae'));
  const skipped = numberOf(json, 'clip_skip');
  return {
    program: PROGRAM,
    prompt: textOf(json, 'positive_prompt') ?? '',
    negative: textOf(json, 'negative_prompt'),
    loras: asList(own(json, 'loras')).flatMap(lora),
    steps: numberOf(json, 'steps'),
    sampler: textOf(json, 'scheduler'),
    cfgScale: numberOf(json, 'cfg_scale'),
    seed: seedOf(json, 'seed'),
    width: numberOf(json, 'width'),
    height: numberOf(json, 'height'),
    model: (model && textOf(model, 'name', 'model_name')) ?? textOf(json, 'model'),
    vae: vae && textOf(vae, 'name', 'model_name'),
    // InvokeAI counts the layers left out, AUTOMATIC1111 the layer that is used.
    clipSkip: skipped ? skipped + 1 : undefined,
    denoise: numberOf(json, 'strength'),
  };
}

/** `{ model: { name }, weight }`, in version 3.0 `{ lora: { model_name }, weight }`. */
function lora(entry: unknown): NamedLora[] {
  const object = asObject(entry);
  const model = object && (asObject(own(object, 'model')) ?? asObject(own(object, 'lora')));
  const name = model && textOf(model, 'name', 'model_name');
  return object && name ? [{ name, unet: numberOf(object, 'weight') ?? 1 }] : [];
}

function readOlder(json: Json, image: Json): PictureRecord {
  const prompts = asList(own(image, 'prompt'))
    .map(asObject)
    .map((part) => (part && textOf(part, 'prompt')) ?? '');
  const { prompt, negative } = splitNegative(textOf(image, 'prompt') ?? prompts.join(', '));
  return {
    program: PROGRAM,
    prompt,
    negative,
    steps: numberOf(image, 'steps'),
    sampler: textOf(image, 'sampler'),
    cfgScale: numberOf(image, 'cfg_scale'),
    seed: seedOf(image, 'seed'),
    width: numberOf(image, 'width'),
    height: numberOf(image, 'height'),
    model: textOf(json, 'model_weights'),
    modelHash: textOf(json, 'model_hash')?.slice(0, 10),
    denoise: numberOf(image, 'strength'),
  };
}

/** The old command line: `"a cat [bad]" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms`. */
function readDream(text: string): PictureRecord | undefined {
  const words = /^\s*"((?:[^"\\]|\\.)*)"(.*)$/s.exec(text);
  if (!words) return undefined;
  const { prompt, negative } = splitNegative((words[1] ?? '').replace(/\\(.)/g, '$1'));
  const option = (letter: string) => new RegExp(`(?:^|\\s)-${letter}\\s*([^\\s]+)`).exec(words[2] ?? '')?.[1];
  const number = (letter: string) => {
    const value = Number(option(letter));
    return Number.isFinite(value) ? value : undefined;
  };
  return {
    program: PROGRAM,
    prompt,
    negative,
    steps: number('s'),
    sampler: option('A'),
    cfgScale: number('C'),
    seed: option('S'),
    width: number('W'),
    height: number('H'),
    denoise: number('f'),
  };
}

/** Version 2 keeps the negative prompt in square brackets inside the prompt. */
function splitNegative(text: string): { prompt: string; negative: string | undefined } {
  const parts = [...text.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '');
  const prompt = text
    .replace(/\[[^[\]]*\]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s,]+$/, '');
  return { prompt: prompt.trim(), negative: parts.length > 0 ? parts.join(', ') : undefined };
}

import { asList, asNumber, asObject, type Json, jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { NamedLora, PictureReader } from './picture';

/**
 * Fooocus writes JSON as `parameters` (PNG) or UserComment (JPEG, WebP), with `fooocus_scheme` or a MakerNote beside it; its
 * A1111 scheme is plain infotext and needs no reader. RuinedFooocus and its forks use the same keys in other spellings.
 */
export const readFooocus: PictureReader = (texts) => {
  const json = jsonObject(texts.parameters ?? texts.UserComment ?? texts.Comment);
  if (!json || !isFooocus(json, texts)) return undefined;
  const prompt = textOf(json, 'prompt', 'Prompt');
  if (prompt === undefined) return undefined;
  const isRuined = textOf(json, 'software') === 'RuinedFooocus' || own(json, 'Prompt') !== undefined;
  const [width, height] = resolution(json);
  return {
    program: isRuined ? 'RuinedFooocus' : 'Fooocus',
    prompt,
    negative: textOf(json, 'negative_prompt', 'Negative', 'negative'),
    loras: loras(json),
    steps: numberOf(json, 'steps', 'Steps'),
    sampler: textOf(json, 'sampler', 'sampler_name', 'Sampler'),
    schedule: textOf(json, 'scheduler', 'Scheduler'),
    cfgScale: numberOf(json, 'guidance_scale', 'cfg', 'CFG', 'cfg_scale'),
    seed: seedOf(json, 'seed', 'Seed'),
    width,
    height,
    model: textOf(json, 'base_model', 'base_model_name', 'Model', 'model'),
    modelHash: textOf(json, 'base_model_hash'),
    vae: defaultless(textOf(json, 'vae')),
    clipSkip: numberOf(json, 'clip_skip'),
  };
};

function isFooocus(json: Json, texts: Readonly<Record<string, string>>): boolean {
  return (
    texts.fooocus_scheme !== undefined ||
    textOf(json, 'metadata_scheme') === 'fooocus' ||
    /fooocus/i.test(`${texts.Software ?? ''} ${textOf(json, 'version', 'software') ?? ''}`) ||
    own(json, 'base_model') !== undefined ||
    own(json, 'base_model_name') !== undefined
  );
}

/** `(1152, 896)`, or width and height apart. */
function resolution(json: Json): [number | undefined, number | undefined] {
  const sides = /(\d+)\D+(\d+)/.exec(textOf(json, 'resolution') ?? '');
  return sides ? [Number(sides[1]), Number(sides[2])] : [numberOf(json, 'width'), numberOf(json, 'height')];
}

/** `loras` as lists of name, strength, hash or the other way round; older files have `lora_combined_1: "name : 0.5"`. */
function loras(json: Json): NamedLora[] {
  const listed = asList(own(json, 'loras')).flatMap((entry): NamedLora[] => {
    const parts = asList(entry);
    const [first, second] = parts;
    if (typeof first === 'string' && asNumber(second) !== undefined) return [named(first, second)];
    if (typeof second === 'string' && asNumber(first) !== undefined) return [named(second, first)];
    if (typeof entry === 'string') return combined(entry);
    const object = asObject(entry);
    const name = object && textOf(object, 'name', 'model_name');
    return object && name ? [{ name, unet: numberOf(object, 'weight', 'strength') ?? 1 }] : [];
  });
  const numbered = Object.keys(json)
    .filter((key) => /^lora_combined_\d+$/.test(key))
    .flatMap((key) => combined(String(json[key])));
  return [...listed, ...numbered].filter(({ name }) => name !== 'None');
}

function named(name: string, strength: unknown): NamedLora {
  return { name, unet: asNumber(strength) ?? 1 };
}

function combined(text: string): NamedLora[] {
  const parts = /^(.*?)\s*:\s*([-+]?[\d.]+)$/.exec(text.trim()) ?? undefined;
  if (parts) return [named(parts[1] ?? '', parts[2])];
  const reversed = /^([-+]?[\d.]+)\s*-\s*(.+)$/.exec(text.trim());
  return reversed ? [named(reversed[2] ?? '', reversed[1])] : [];
}

function defaultless(name: string | undefined): string | undefined {
  return name === undefined || /^default/i.test(name) ? undefined : name;
}

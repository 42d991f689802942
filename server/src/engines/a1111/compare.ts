import type { ServerLibrary } from '../../shared/engines';
import type { GenerationPlan } from '../../shared/plan';
import { asNumber, asObject, asText, type JsonObject, stemOf } from '../json';
import { traitsOf } from './programs';
import { samplerFields, serverNames } from './request';

/** What came back, beside the picture. */
export interface A1111Answer {
  /** The parsed `info`. */
  readonly info: JsonObject;
  /** The `parameters` text of the picture. */
  readonly infotext: string;
  /** Pixels of the picture itself; undefined where its form is not read. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
}

/**
 * Every difference between what a plan asked for and what a server says it drew, one sentence each. The servers replace an
 * unknown checkpoint, sampler or schedule type, and leave out a missing LoRA, without an error.
 */
export function compareAnswer(
  plan: GenerationPlan,
  library: ServerLibrary,
  settings: JsonObject,
  { info, infotext, size }: A1111Answer,
): string[] {
  const { parameters: wanted, source } = plan;
  const found: string[] = [];
  const differs = (what: string, asked: unknown, drawn: unknown) => {
    if (drawn !== undefined && drawn !== null && String(drawn) !== String(asked))
      found.push(`${what}: asked for ${asked}, drawn with ${drawn}.`);
  };
  const checkpoint = checkpointDifference(plan, info);
  if (checkpoint !== undefined) found.push(checkpoint);
  differs('Seed', wanted.seed, info.seed);
  const sampler = samplerFields(library, wanted.sampler, wanted.scheduleType);
  differs('Sampler', sampler.name, info.sampler_name);
  if (sampler.scheduler !== undefined) {
    const drawn = parameterIn(infotext, 'Schedule type');
    if (drawn?.toLowerCase() !== sampler.scheduler.toLowerCase())
      differs('Schedule type', sampler.scheduler, drawn);
  }
  differs('Steps', wanted.steps, info.steps);
  differs('CFG scale', wanted.cfgScale, info.cfg_scale);
  const final = plan.hires ?? wanted;
  if (size) differs('Size', `${final.width}x${final.height}`, `${size.width}x${size.height}`);
  else if (plan.hires === undefined) differs('Size', `${wanted.width}x${wanted.height}`, sizeIn(info));
  differs('Clip skip', wanted.clipSkip, asNumber(info.clip_skip));
  if (plan.init ?? plan.hires)
    differs('Denoising strength', (plan.init ?? plan.hires)?.strength, info.denoising_strength);
  if (source?.vae !== undefined && source.vae !== 'None')
    differs('VAE', stemOf(source.vae), stemOf(asText(info.sd_vae_name) ?? 'none'));
  found.push(...promptDifferences(plan, library, info));
  found.push(...missingNetworks(plan, library, settings, info, infotext));
  return found;
}

/** The checkpoint that drew, as a reader knows it: `tinyB [49c40a09c5]`. */
export function drawnCheckpoint(info: JsonObject): string | undefined {
  const name = asText(info.sd_model_name);
  const hash = asText(info.sd_model_hash);
  if (name === undefined) return hash;
  return hash ? `${name} [${hash}]` : name;
}

function checkpointDifference({ model }: GenerationPlan, info: JsonObject): string | undefined {
  const drawn = drawnCheckpoint(info);
  if (drawn === undefined) return undefined;
  const hash = asText(info.sd_model_hash)?.slice(0, 10).toLowerCase();
  const isSame =
    model.hash !== undefined && hash
      ? model.hash.toLowerCase() === hash
      : stemOf(asText(info.sd_model_name) ?? model.name).toLowerCase() === model.name.toLowerCase();
  const asked = model.hash === undefined ? model.name : `${model.name} [${model.hash}]`;
  return isSame ? undefined : `Checkpoint: asked for ${asked}, drawn with ${drawn}.`;
}

function sizeIn(info: JsonObject): string | undefined {
  const width = asNumber(info.width);
  const height = asNumber(info.height);
  return width === undefined || height === undefined ? undefined : `${width}x${height}`;
}

/** Texts that extensions or styles of the server changed. */
function promptDifferences(
  { source, loras }: GenerationPlan,
  library: ServerLibrary,
  info: JsonObject,
): string[] {
  const { lorasAsList } = traitsOf(library.program);
  const differ = (asked: string, drawn: string | undefined) =>
    drawn !== undefined && drawn.trim() !== asked.trim();
  const positive = serverNames(source?.positive ?? '', loras, library);
  return [
    ...(!lorasAsList && differ(positive, asText(info.prompt))
      ? ['Prompt: the server drew another text than it was sent.']
      : []),
    ...(differ(source?.negative ?? '', asText(info.negative_prompt))
      ? ['Negative prompt: the server drew another text than it was sent.']
      : []),
  ];
}

/** LoRAs and embeddings that the answer does not list as loaded: its only sign that one was left out. */
function missingNetworks(
  plan: GenerationPlan,
  library: ServerLibrary,
  settings: JsonObject,
  info: JsonObject,
  infotext: string,
): string[] {
  if (!traitsOf(library.program).tellsLoraHashes) return [];
  const extra = asObject(info.extra_generation_params) ?? {};
  const listed = (key: string) => asText(extra[key]) ?? parameterIn(infotext, key);
  const missing: string[] = [];
  const check = (key: string, setting: string, kind: string, names: readonly string[]) => {
    const text = listed(key);
    // Without a list nothing can be said, unless the server's settings promise one.
    if (text === undefined && settings[setting] !== true) return;
    const loaded = new Set(
      (text ?? '').split(',').map((entry) => entry.slice(0, entry.lastIndexOf(':')).trim().toLowerCase()),
    );
    for (const name of new Set(names))
      if (!loaded.has(name.replace(/[:,]/g, '').trim().toLowerCase()))
        missing.push(`${kind} ${name}: the server did not load it.`);
  };
  const isKnown = (name: string) => library.loras.some((lora) => lora.name === name || lora.alias === name);
  const tagged = plan.loras.map(({ name, path }) => (isKnown(name) ? name : path));
  check('Lora hashes', 'lora_add_hashes_to_infotext', 'LoRA', tagged);
  const inversions = (plan.embeddings ?? []).filter(({ bundled }) => !bundled).map(({ name }) => name);
  check('TI hashes', 'textual_inversion_add_hashes_to_infotext', 'Embedding', inversions);
  return missing;
}

/** The value of a key in the last line of an infotext; quotes taken off. */
export function parameterIn(infotext: string, key: string): string | undefined {
  const line = infotext.slice(infotext.lastIndexOf('\n') + 1);
  const match = new RegExp(`(?:^|, )${key}: (?:"((?:[^"\\\\]|\\\\.)*)"|([^,]*))`).exec(line);
  return match ? (match[1] ?? match[2])?.trim() : undefined;
}

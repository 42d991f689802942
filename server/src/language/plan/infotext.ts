import type { PlanHires, PlanModel, PlanParameters, PlanRefiner } from '../../shared/plan';
import { blockText } from '../analysis/blockText';
import { formatInfotext } from '../analysis/infotextWrite';
import { parse } from '../syntax/parse';
import { strip } from '../text/python';
import type { ChosenEmbedding } from './embeddings';
import type { HiresTexts } from './hires';
import { type ChosenInit, INIT_IMAGE } from './init';
import type { ChosenLora } from './loras';
import { settingPairs } from './settings';
import { type Templates, templatePairs } from './template';
import { type ChosenVae, VAE_WORDS } from './vae';

/** Everything that goes into the metadata. */
export interface UsedByPlan {
  readonly positive: string;
  readonly negative: string;
  /** What the prompts were chosen from. */
  readonly templates: Templates;
  readonly parameters: PlanParameters;
  readonly model: PlanModel;
  /** The file its VAE was taken from, or `own` where one that it is set up with was not wanted. */
  readonly vae?: ChosenVae;
  readonly loras: readonly ChosenLora[];
  readonly embeddings: readonly ChosenEmbedding[];
  readonly init?: ChosenInit | undefined;
  readonly hires?: PlanHires | undefined;
  /** The key and value that gave the size of the second pass. */
  readonly hiresSize: readonly [string, string];
  /** Prompts that only the second pass has. */
  readonly hiresTexts: HiresTexts;
  readonly refiner?: PlanRefiner | undefined;
}

/**
 * The `parameters` text of the finished picture, in the web UI's order: what was used, never what was merely written.
 * Prompts keep their LoRA tags and lose their comments, as upstream.
 */
export function planInfotext(used: UsedByPlan): string {
  const { positive, negative, parameters, model, loras, embeddings, init, hires, refiner } = used;
  const pairs: (readonly [string, string])[] = [
    ['Steps', String(parameters.steps)],
    ['Sampler', parameters.sampler],
    ['Schedule type', parameters.scheduleType],
    ['CFG scale', String(parameters.cfgScale)],
    ['Seed', String(parameters.seed)],
    ['Size', `${parameters.width}x${parameters.height}`],
    ...(model.hash === undefined ? [] : [['Model hash', model.hash] as const]),
    ['Model', model.name],
    ...vaePairs(used.vae),
  ];
  const { variation, seedResize } = parameters;
  if (variation)
    pairs.push(
      ['Variation seed', String(variation.seed)],
      ['Variation seed strength', String(variation.strength)],
    );
  if (seedResize) pairs.push(['Seed resize from', `${seedResize.width}x${seedResize.height}`]);
  const strength = init?.plan.strength ?? hires?.strength;
  if (strength !== undefined) pairs.push(['Denoising strength', String(strength)]);
  if (init) pairs.push([INIT_IMAGE, init.written]);
  if (parameters.clipSkip > 1) pairs.push(['Clip skip', String(parameters.clipSkip)]);
  if (parameters.ensd !== 0) pairs.push(['ENSD', String(parameters.ensd)]);
  // Always written: the web UI takes a missing one for the graphics card, this program for the CPU.
  pairs.push(['RNG', parameters.rng]);
  if (hires) pairs.push(...hiresPairs(hires, parameters, used));
  if (refiner) pairs.push(...refinerPairs(refiner, hires !== undefined));
  const hashes = loraHashes(loras);
  if (hashes !== '') pairs.push(['Lora hashes', hashes]);
  const inversions = embeddingHashes(embeddings);
  if (inversions !== '') pairs.push(['TI hashes', inversions]);
  if (parameters.emphasis !== 'Original') pairs.push(['Emphasis', parameters.emphasis]);
  pairs.push(...templatePairs(used.templates));
  pairs.push(...settingPairs(parameters.settings));
  if (parameters.cfgRescale) pairs.push(['CFG Rescale', String(parameters.cfgRescale)]);
  if (parameters.oldTimelines) pairs.push(['Old prompt editing timelines', 'True']);
  if (parameters.zeroSnrTable)
    pairs.push(['Zero SNR table', parameters.zeroSnrTable === 'diffusers' ? 'diffusers' : 'web UI']);
  const prompt = guardSeparators(positive);
  const infotext = formatInfotext(prompt, guardSeparators(negative), pairs);
  // A line of the negative prompt that begins as parameters do is distinguished by a label of its own, which every reader takes off.
  if (negative !== '')
    return readsBackNegative(infotext, guardSeparators(negative))
      ? infotext
      : formatInfotext(prompt, guardSeparators(negative).replaceAll('\n', '\nNegative prompt: '), pairs);
  if (readsBack(infotext, prompt)) return infotext;
  // A prompt that ends in what looks like parameters is distinguished by the line of an empty negative prompt.
  return formatInfotext(`${prompt}\nNegative prompt:`, '', pairs);
}

/** The web UI names a file, and no VAE that is the model's own. */
function vaePairs(vae: ChosenVae): (readonly [string, string])[] {
  if (vae === undefined) return [];
  if (vae === 'own') return [['VAE', VAE_WORDS.none]];
  const hash = vae.hashes?.autoV2;
  return [...(hash === undefined ? [] : [['VAE hash', hash] as const]), ['VAE', vae.name]];
}

/** The keys of the second pass; what is as in the first is left out, as upstream leaves it out. */
function hiresPairs(
  hires: PlanHires,
  first: PlanParameters,
  { hiresSize, hiresTexts }: Pick<UsedByPlan, 'hiresSize' | 'hiresTexts'>,
): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  if (hiresTexts.positive !== undefined) pairs.push(['Hires prompt', hiresTexts.positive]);
  if (hiresTexts.negative !== undefined) pairs.push(['Hires negative prompt', hiresTexts.negative]);
  pairs.push(hiresSize);
  if (hires.model !== undefined) pairs.push(['Hires checkpoint', hires.model.name]);
  if (hires.steps !== first.steps) pairs.push(['Hires steps', String(hires.steps)]);
  pairs.push(['Hires upscaler', hires.upscaler]);
  if (hires.sampler !== first.sampler) pairs.push(['Hires sampler', hires.sampler]);
  if (hires.scheduleType !== first.scheduleType) pairs.push(['Hires schedule type', hires.scheduleType]);
  if (hires.cfgScale !== first.cfgScale) pairs.push(['Hires CFG Scale', String(hires.cfgScale)]);
  return pairs;
}

function refinerPairs(
  { model, switchAt, bySteps, passes }: PlanRefiner,
  hasHires: boolean,
): (readonly [string, string])[] {
  return [
    ['Refiner', model.name],
    ['Refiner switch at', String(switchAt)],
    ...(bySteps ? [['Refiner switch by sampling steps', 'True'] as const] : []),
    ...(hasHires && passes !== 'second'
      ? [['Hires refiner', passes === 'both' ? 'both passes' : 'first pass'] as const]
      : []),
  ];
}

/** A line of dashes would begin the next block of a file; an empty comment keeps it text, and no reader counts comments. */
function guardSeparators(text: string): string {
  return text.replace(/[^\r\n]+/g, (line) => (/^-{3,}$/.test(strip(line)) ? `${line}#` : line));
}

/** True when the text, read as a block, has this negative prompt. */
function readsBackNegative(infotext: string, negative: string): boolean {
  const document = parse(infotext);
  const [block] = document.blocks;
  return block !== undefined && blockText(document, block, 'negative').text === negative;
}

/** True when the text, read as a block, has this positive prompt. */
function readsBack(infotext: string, positive: string): boolean {
  const { text, blocks } = parse(infotext);
  const range = blocks[0]?.positive.range;
  return range !== undefined && strip(text.slice(range.start, range.end)) === positive;
}

/** `name: hash, name: hash`; characters that separate are dropped from the names. */
function loraHashes(loras: readonly ChosenLora[]): string {
  const hashes = new Map<string, string>();
  for (const { facts, plan } of loras) {
    const hash = facts.file.hashes?.shortHash ?? facts.file.hashes?.autoV3?.slice(0, 12);
    if (hash !== undefined) hashes.set((facts.file.alias ?? plan.name).replace(/[:,]/g, ''), hash);
  }
  return listHashes(hashes);
}

function embeddingHashes(embeddings: readonly ChosenEmbedding[]): string {
  const hashes = new Map<string, string>();
  for (const { name, shortHash } of embeddings.map(({ facts }) => facts))
    if (shortHash !== undefined) hashes.set(name.replace(/[:,]/g, ''), shortHash);
  return listHashes(hashes);
}

function listHashes(hashes: ReadonlyMap<string, string>): string {
  return [...hashes].map(([name, hash]) => `${name}: ${hash}`).join(', ');
}

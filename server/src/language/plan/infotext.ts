import type { PlanModel, PlanParameters } from '../../shared/plan';
import { formatInfotext } from '../analysis/infotextWrite';
import type { ChosenEmbedding } from './embeddings';
import type { ChosenLora } from './loras';

/**
 * The `parameters` text of the finished picture, in the web UI's order: what was used, never what was merely written.
 * Prompts keep their LoRA tags and lose their comments, as upstream.
 */
export function planInfotext(
  positive: string,
  negative: string,
  parameters: PlanParameters,
  model: PlanModel,
  loras: readonly ChosenLora[],
  embeddings: readonly ChosenEmbedding[] = [],
): string {
  const pairs: [string, string][] = [
    ['Steps', String(parameters.steps)],
    ['Sampler', parameters.sampler],
    ['Schedule type', parameters.scheduleType],
    ['CFG scale', String(parameters.cfgScale)],
    ['Seed', String(parameters.seed)],
    ['Size', `${parameters.width}x${parameters.height}`],
    ['Model', model.name],
  ];
  if (parameters.clipSkip > 1) pairs.push(['Clip skip', String(parameters.clipSkip)]);
  if (parameters.ensd !== 0) pairs.push(['ENSD', String(parameters.ensd)]);
  // Readers take a missing RNG for the web UI's default, the graphics card.
  if (parameters.rng !== 'GPU') pairs.push(['RNG', parameters.rng]);
  const hashes = loraHashes(loras);
  if (hashes !== '') pairs.push(['Lora hashes', hashes]);
  const inversions = embeddingHashes(embeddings);
  if (inversions !== '') pairs.push(['TI hashes', inversions]);
  if (parameters.emphasis !== 'Original') pairs.push(['Emphasis', parameters.emphasis]);
  return formatInfotext(positive, negative, pairs);
}

/** `name: hash, name: hash`; characters that separate are dropped from the names. */
function loraHashes(loras: readonly ChosenLora[]): string {
  const hashes = new Map<string, string>();
  for (const { facts, plan } of loras) {
    const hash = facts.hashes?.shortHash ?? facts.hashes?.autoV3?.slice(0, 12);
    if (hash !== undefined) hashes.set((facts.alias ?? plan.name).replace(/[:,]/g, ''), hash);
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

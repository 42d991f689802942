import path from 'node:path';
import { resolveBlock } from '../../language/analysis/resolve';
import type { Environment } from '../../language/environment';
import { buildBatch } from '../../language/plan/batch';
import type { PlanRequest } from '../../language/plan/buildPlan';
import { parse } from '../../language/syntax/parse';
import { applyEdits } from '../../language/text/edits';
import type { GenerationPlan } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import { UsageError } from '../command';
import type { Sweep } from './options';

/** One picture to draw. */
export interface Picture {
  /** By engine name: the plans of engines that can all draw it. */
  readonly plans: ReadonlyMap<string, GenerationPlan>;
  /** File name without extension. */
  readonly stem: string;
  /** The block names no seed, so that another run draws another one. */
  readonly isSeedDrawn: boolean;
}

export interface BlockToDraw {
  readonly index: number;
  /** By engine name, in the order in which they were named. */
  readonly environments: ReadonlyMap<string, Environment>;
}

/** Says something to the reader while plans are made. */
type Say = (words: string) => void;

/**
 * The pictures of the blocks: every picture of a batch, for every weight of a sweep, planned for each engine that may draw
 * it. An engine that cannot draw a block is left out and told; where none can, the first engine's reason is the problem.
 */
export function planPictures(
  file: string,
  source: string,
  blocks: readonly BlockToDraw[],
  sweep: Sweep | undefined,
  options: PlanRequest,
  say: Say,
): { readonly pictures: readonly Picture[] } | { readonly problem: Problem } {
  // `Init image` is relative to the prompt file.
  const request = {
    ...options,
    resolveFile: (name: string) => path.resolve(path.dirname(file), name),
  };
  const count = parse(source).blocks.length;
  const pictures: Picture[] = [];
  for (const { index, environments } of blocks) {
    for (const weight of sweep?.weights ?? [undefined]) {
      const text = sweep && weight !== undefined ? withWeight(source, index, sweep.name, weight) : source;
      const document = parse(text);
      const place = count > 1 ? `block ${index + 1}: ` : '';
      const batches = new Map<string, readonly GenerationPlan[]>();
      const problems: Problem[] = [];
      for (const [engine, environment] of environments) {
        const built = buildBatch(document, index, environment, request);
        if (!built.ok) {
          problems.push({ ...built.problem, message: `${place}${built.problem.message}` });
          continue;
        }
        batches.set(
          engine,
          built.value.map(({ plan }) => plan),
        );
        if (weight === sweep?.weights[0])
          for (const warning of built.value[0]?.warnings ?? []) say(`warning: ${warning}\n`);
      }
      const [problem] = problems;
      if (problem && batches.size === 0) return { problem };
      for (const { message } of problems) say(`warning: ${message} The other engines draw it.\n`);
      const stem = [path.basename(file, path.extname(file)), ...(count > 1 ? [String(index + 1)] : [])];
      if (sweep && weight !== undefined)
        stem.push(`${sweep.name.replace(/[^\p{L}\p{N}._-]/gu, '_')}=${weight}`);
      pictures.push(...picturesOf(batches, stem, request.seed ?? seedOf(text, index)));
    }
  }
  return { pictures };
}

function picturesOf(
  batches: ReadonlyMap<string, readonly GenerationPlan[]>,
  stem: readonly string[],
  written: number | undefined,
): Picture[] {
  const [first = []] = batches.values();
  return first.map(({ parameters: { seed } }, at) => {
    const plans = [...batches].flatMap(([engine, plans]): [string, GenerationPlan][] => {
      const plan = plans[at];
      return plan ? [[engine, plan]] : [];
    });
    const parts = first.length > 1 ? [...stem, `seed=${seed}`] : stem;
    return {
      plans: new Map(plans),
      stem: parts.join('-'),
      isSeedDrawn: written === undefined || written === -1,
    };
  });
}

function seedOf(text: string, index: number): number | undefined {
  const written = parse(text).blocks[index]?.parameters.findLast(({ key }) => key === 'Seed')?.value;
  return written === undefined || written.trim() === '' ? undefined : Number(written);
}

/** The text with every tag of one LoRA in a block set to a weight. */
function withWeight(source: string, index: number, name: string, weight: string): string {
  const document = parse(source);
  const block = document.blocks[index];
  const networks = block ? resolveBlock(document, block).positive.networks : [];
  const tags = networks.filter((network) => network.name === name);
  if (tags.length === 0) {
    const used = [...new Set(networks.map((network) => network.name))].join(', ') || 'none';
    throw new UsageError(`block ${index + 1} uses no LoRA "${name}". Its LoRAs: ${used}.`);
  }
  const edits = tags.map((tag) =>
    tag.weightRange
      ? { range: tag.weightRange, newText: weight }
      : { range: { start: tag.nameRange.end, end: tag.nameRange.end }, newText: `:${weight}` },
  );
  return applyEdits(source, edits);
}

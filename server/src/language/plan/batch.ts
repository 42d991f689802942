import { acceptedRange } from '../../shared/catalogue/parameters';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';
import { type BuiltPlan, buildPlan, type PlanRequest } from './buildPlan';
import { createWritten } from './written';

/** Pictures of one block at most. */
const LARGEST_BATCH = acceptedRange('Batch count').max;

/**
 * The plans of every picture a block asks for: `Batch count` times `Batch size`, each with the next seed, as in the web
 * UI. Where a variation seed is at work the seed stays and the variation seed counts up. Every picture's metadata names
 * its own seed and no batch, so that reading it back gives this one picture.
 */
export function buildBatch(
  document: Document,
  blockIndex: number,
  environment: Environment,
  request: PlanRequest,
): Result<BuiltPlan[]> {
  const problems: Problem[] = [];
  const written = createWritten(document.blocks[blockIndex]?.parameters ?? [], problems);
  const count = written.whole('Batch count', 1) * written.whole('Batch size', 1);
  if (problems[0] !== undefined) return { ok: false, problem: problems[0] };
  if (count > LARGEST_BATCH)
    return failure(
      'bad-parameter',
      `The block asks for ${count} pictures; ${LARGEST_BATCH} are possible at once.`,
      'Choose a smaller `Batch count` or `Batch size`.',
    );
  const first = buildPlan(document, blockIndex, environment, request);
  if (!first.ok) return first;
  const { seed, variation } = first.value.plan.parameters;
  const plans = [first.value];
  const seeds = [seed];
  for (let i = 1; i < count; i++) {
    const overrides = variation
      ? { ...request.overrides, variation: { ...variation, seed: variation.seed + i } }
      : request.overrides;
    const next = buildPlan(document, blockIndex, environment, {
      ...request,
      seed: variation ? seed : seed + i,
      earlierSeeds: [...seeds],
      ...(overrides && { overrides }),
    });
    if (!next.ok) return next;
    seeds.push(variation ? seed : seed + i);
    // What was said of the first picture need not be said of each.
    plans.push({ ...next.value, warnings: [] });
  }
  return success(plans);
}

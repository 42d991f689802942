import type { GenerationPlan, PlanParameters } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import type { Range } from '../../shared/range';
import { stripComments } from '../analysis/comments';
import { mapSlice } from '../analysis/mapped';
import { strip } from '../analysis/python';
import { resolveText } from '../analysis/resolve';
import { expandRandom } from '../dynamic/expand';
import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';
import { chooseEmbeddings } from './embeddings';
import { hiresSizePair, readHires } from './hires';
import { planInfotext } from './infotext';
import { readInit } from './init';
import { chooseLoras } from './loras';
import { chooseModel } from './model';
import { readParameters, unusedParameters } from './parameters';
import { planPrompt } from './prompts';
import { promptSteps } from './samplers';

export interface PlanRequest {
  /** Replaces the block's seed; -1 means the drawn one. */
  readonly seed?: number;
  /** A random seed the caller drew, used where neither the request nor the block names one. */
  readonly drawnSeed: number;
  /** Replaces the block's `Model` for this one picture. */
  readonly model?: string;
  readonly overrides?: Partial<PlanParameters>;
  /** The absolute path of a file that the block names; without it no picture can be started from. */
  readonly resolveFile?: (name: string) => string;
}

export interface BuiltPlan {
  readonly plan: GenerationPlan;
  /** Things the writer should know although the picture can be made, in words. */
  readonly warnings: string[];
}

/**
 * Turns one block into everything the engine needs, all of it checked. Pure: the same block, environment and request
 * give the same plan.
 */
export function buildPlan(
  document: Document,
  blockIndex: number,
  environment: Environment,
  request: PlanRequest,
): Result<BuiltPlan> {
  const block = document.blocks[blockIndex];
  if (block === undefined)
    return failure(
      'no-such-block',
      `There is no block ${blockIndex + 1} in this file.`,
      'Put the cursor into a block.',
    );

  const warnings: string[] = [];
  const written = block.parameters;
  const model = chooseModel(written, environment, request.model);
  if (!model.ok) return model;
  const parameters = readParameters(written, model.value.facts, request, warnings);
  if (!parameters.ok) return parameters;
  const { steps, seed } = parameters.value;
  const positiveText = promptText(document, block.positive.range, environment, seed);
  if (!positiveText.ok) return positiveText;
  const negativeText = promptText(document, block.negative?.range, environment, seed);
  if (!negativeText.ok) return negativeText;
  const resolved = {
    positive: resolveText(positiveText.value, true, steps),
    negative: resolveText(negativeText.value, false, steps),
  };
  const loras = chooseLoras(resolved, model.value.facts, environment, warnings);
  if (!loras.ok) return loras;
  const passes = { steps: promptSteps(parameters.value.sampler, steps) };
  const positive = planPrompt(resolved.positive.subprompts, passes);
  if (!positive.ok) return positive;
  const negative = planPrompt(resolved.negative.subprompts, passes);
  if (!negative.ok) return negative;
  const init = readInit(written, request.resolveFile, warnings);
  if (!init.ok) return init;
  // A hires fix belongs to pictures made from noise alone.
  const hires =
    init.value === undefined
      ? readHires(
          written,
          parameters.value,
          resolved.positive.subprompts,
          resolved.negative.subprompts,
          warnings,
        )
      : success(undefined);
  if (!hires.ok) return hires;
  warnings.push(...unusedParameters(written, init.value !== undefined, hires.value !== undefined));
  const embeddings = chooseEmbeddings([positive.value, negative.value], environment);
  if (!embeddings.ok) return embeddings;
  if (resolved.positive.scheduleFailed)
    warnings.push('The schedules of the prompt are taken as text, because the web UI cannot read them.');

  return success({
    warnings,
    plan: {
      version: 1,
      model: model.value.plan,
      positive: positive.value,
      negative: negative.value,
      loras: loras.value.map((lora) => lora.plan),
      parameters: parameters.value,
      ...(init.value && { init: init.value.plan }),
      ...(hires.value && { hires: hires.value }),
      ...(embeddings.value.length > 0 && { embeddings: embeddings.value.map((one) => one.plan) }),
      infotext: planInfotext({
        positive: positiveText.value,
        negative: negativeText.value,
        parameters: parameters.value,
        model: model.value.plan,
        loras: loras.value,
        embeddings: embeddings.value,
        init: init.value,
        hires: hires.value,
        hiresSize: hiresSizePair(written),
      }),
    },
  });
}

/**
 * A prompt as it goes into the picture's metadata: without comments, with its tags. The picture is made from this text
 * and no other, so that reading the metadata back gives the same picture. With the dialect switched on, what is written
 * is a template, and the picture's seed chooses what it becomes.
 */
function promptText(
  document: Document,
  range: Range | undefined,
  environment: Environment,
  seed: number,
): Result<string> {
  const written = range === undefined ? '' : strip(document.text.slice(range.start, range.end));
  const expanded = environment.dynamicPrompts
    ? expandRandom(written, { seed, wildcards: environment.readWildcard ?? (() => []) })
    : success(written);
  return expanded.ok ? success(strip(stripComments(mapSlice(expanded.value, 0)).mapped.text)) : expanded;
}

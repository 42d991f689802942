import type { ModelFacts } from '../../shared/facts';
import type { GenerationPlan, PlanHires, PlanParameters } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { blockText } from '../analysis/blockText';
import { resolveText } from '../analysis/resolve';
import type { ResolvedPrompt } from '../analysis/resolved';
import { promptSteps } from '../domain/samplers';
import type { Environment, MissingLoras } from '../environment';
import type { Document } from '../syntax/nodes';
import { chooseEmbeddings } from './embeddings';
import { withFirstPassSize } from './firstPassSize';
import { type HiresTexts, hiresSizePair, hiresTexts, readHires } from './hires';
import { planInfotext } from './infotext';
import { readInit } from './init';
import { type ChosenLora, chooseLoras, withoutOtherLoras } from './loras';
import { chooseFurtherModel, chooseModel } from './model';
import { unusedParameters } from './notes';
import { readParameters } from './parameters';
import { planPrompt, readingOf } from './prompts';
import { readRefiner } from './refiner';
import { type Choice, chooseText, type Templates, writtenTemplates } from './template';
import { type ChosenVae, chooseVae, VAE_WORDS } from './vae';
import { withVersionKeys } from './versionKeys';
import type { WrittenParameter } from './written';

export interface PlanRequest {
  /** Replaces the block's seed; -1 means the drawn one. */
  readonly seed?: number;
  /** A random seed the caller drew, used where neither the request nor the block names one. */
  readonly drawnSeed: number;
  /** Seeds of the pictures of the same batch before this one: what cyclical choices go on from. */
  readonly earlierSeeds?: readonly number[];
  /** Replaces the block's `Model` for this one picture. */
  readonly model?: string;
  readonly overrides?: Partial<PlanParameters>;
  /** What becomes of the picture where a LoRA is missing; absent: as the configuration says, else it is refused. */
  readonly missingLoras?: MissingLoras;
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
  const written = withVersionKeys(
    withFirstPassSize(block.parameters),
    blockText(document, block, 'positive').text,
  );
  const vae = chooseVae(written, environment, warnings);
  const model = chooseModel(written, environment, vae, request.model);
  if (!model.ok) return model;
  const { engine } = environment;
  const parameters = readParameters(written, model.value.facts, { ...request, engine }, warnings);
  if (!parameters.ok) return parameters;
  const { steps, seed } = parameters.value;
  const chosenBefore = writtenTemplates(written);
  const choice: Choice = {
    environment,
    expands: environment.dynamicPrompts && chosenBefore === undefined,
    seeds: [...(request.earlierSeeds ?? []), seed],
    warnings,
  };
  const positiveText = chooseText(blockText(document, block, 'positive').text, choice);
  if (!positiveText.ok) return positiveText;
  const negativeText = chooseText(blockText(document, block, 'negative').text, choice);
  if (!negativeText.ok) return negativeText;
  const templates: Templates = chosenBefore ?? {
    ...(positiveText.value.template !== undefined && { positive: positiveText.value.template }),
    ...(negativeText.value.template !== undefined && { negative: negativeText.value.template }),
  };
  const resolved = {
    positive: resolveText(positiveText.value.text, true, steps),
    negative: resolveText(negativeText.value.text, false, steps),
  };
  const missing = request.missingLoras ?? environment.missingLoras ?? 'refuse';
  const loras = chooseLoras(resolved, model.value.facts, environment, warnings, missing);
  if (!loras.ok) return loras;
  const passes = {
    steps: promptSteps(parameters.value.sampler, steps),
    ...readingOf(parameters.value),
  };
  const positive = planPrompt(resolved.positive.subprompts, passes);
  if (!positive.ok) return positive;
  const negative = planPrompt(resolved.negative.subprompts, passes);
  if (!negative.ok) return negative;
  const init = readInit(written, request.resolveFile, warnings);
  if (!init.ok) return init;
  // A hires fix belongs to pictures made from noise alone.
  const second: Result<SecondPass | undefined> =
    init.value === undefined
      ? planSecondPass(
          written,
          { parameters: parameters.value, model: model.value.facts, vae: vae, resolved },
          choice,
          missing,
        )
      : success(undefined);
  if (!second.ok) return second;
  const hires = second.value?.hires;
  const planned = loras.value.map((lora) => lora.plan);
  const refiner = readRefiner(written, model.value.facts, planned, environment, vae, warnings);
  if (!refiner.ok) return refiner;
  warnings.push(
    ...unusedParameters(block.parameters, {
      hasInit: init.value !== undefined,
      hasHires: hires !== undefined,
      hasRefiner: refiner.value !== undefined,
      isElsewhere: engine !== undefined,
    }),
  );
  const prompts = [positive.value, negative.value, ...(hires ? [hires.positive, hires.negative] : [])];
  const allLoras = [...loras.value, ...(second.value?.loras ?? [])];
  const embeddings = chooseEmbeddings(prompts, environment, allLoras);
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
      loras: planned,
      parameters: parameters.value,
      ...(init.value && { init: init.value.plan }),
      ...(hires && { hires }),
      ...(refiner.value && { refiner: refiner.value }),
      ...(embeddings.value.length > 0 && { embeddings: embeddings.value.map((one) => one.plan) }),
      source: {
        positive: withoutOtherLoras(positiveText.value.text, loras.value),
        negative: negativeText.value.text,
        ...(second.value && { hires: sourceTexts(second.value) }),
        ...(vae === 'own' ? { vae: VAE_WORDS.none } : model.value.vae && { vae: model.value.vae.name }),
      },
      ...(engine && { engine: engine.name }),
      infotext: planInfotext({
        positive: positiveText.value.text,
        negative: negativeText.value.text,
        templates,
        parameters: parameters.value,
        model: model.value.plan,
        vae: model.value.vae ?? (model.value.facts.vae === undefined ? undefined : 'own'),
        loras: allLoras,
        embeddings: embeddings.value,
        init: init.value,
        hires,
        hiresSize: hiresSizePair(written),
        hiresTexts: second.value?.texts ?? {},
        refiner: refiner.value,
      }),
    },
  });
}

/** What the first pass is made with, for the second to differ from. */
interface FirstPass {
  readonly parameters: PlanParameters;
  readonly model: ModelFacts;
  readonly vae: ChosenVae;
  readonly resolved: { readonly positive: ResolvedPrompt; readonly negative: ResolvedPrompt };
}

interface SecondPass {
  readonly hires: PlanHires;
  /** Its own networks, where it has a prompt of its own. */
  readonly loras: readonly ChosenLora[];
  readonly texts: HiresTexts;
}

/** The texts of the second pass for an engine that reads tags itself: without those of LoRAs that are not there. */
function sourceTexts({ texts, loras }: SecondPass): { positive?: string; negative?: string } {
  return {
    ...(texts.positive !== undefined && { positive: withoutOtherLoras(texts.positive, loras) }),
    ...(texts.negative !== undefined && { negative: texts.negative }),
  };
}

/** The hires pass of a block; undefined where it has none. Its networks are those of its own prompt, if it has one. */
function planSecondPass(
  written: readonly WrittenParameter[],
  { parameters, model, vae, resolved }: FirstPass,
  choice: Choice,
  missing: MissingLoras,
): Result<SecondPass | undefined> {
  const { environment, warnings } = choice;
  const { positive, negative, checkpoint } = hiresTexts(written);
  const own = { positive: resolved.positive, negative: resolved.negative };
  const texts: { positive?: string; negative?: string } = {};
  for (const [part, text] of [
    ['positive', positive],
    ['negative', negative],
  ] as const) {
    if (text === undefined) continue;
    const read = chooseText(text, choice);
    if (!read.ok) return read;
    texts[part] = read.value.text;
    own[part] = resolveText(read.value.text, part === 'positive', parameters.steps);
  }
  const hires = readHires(
    written,
    parameters,
    own.positive.subprompts,
    own.negative.subprompts,
    warnings,
    environment.engine,
  );
  if (!hires.ok || hires.value === undefined) return hires as Result<undefined>;
  const other =
    checkpoint === undefined
      ? success(undefined)
      : chooseFurtherModel('Hires checkpoint', checkpoint, environment, vae);
  if (!other.ok) return other;
  const loras: Result<ChosenLora[]> =
    texts.positive === undefined
      ? success([])
      : chooseLoras(own, other.value?.facts ?? model, environment, warnings, missing);
  if (!loras.ok) return loras;
  return success({
    texts,
    loras: loras.value,
    hires: {
      ...hires.value,
      ...(other.value && { model: other.value.plan }),
      ...(texts.positive !== undefined && { loras: loras.value.map((lora) => lora.plan) }),
    },
  });
}

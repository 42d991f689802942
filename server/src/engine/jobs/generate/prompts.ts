import {
  applyEmphasis,
  chunkPrompt,
  type PromptChunk,
  padTokens,
} from '../../../numerics/conditioning/index';
import type {
  GenerationPlan,
  PlanParameters,
  PlanPhase,
  PlanSubprompt,
  WeightedRun,
} from '../../../shared/plan';
import { type Result, success } from '../../../shared/problem';
import type { LoadedModel } from '../../model/load';
import type { EncodedChunk, PlacedRows, TextEncoder } from '../../model/textEncoder';
import type { UnetCondition } from '../../model/unet';
import type { UsableEmbedding } from './embeddings';

/** One phase of an edited prompt, encoded. */
export interface EncodedPhase {
  readonly endStep: number;
  readonly condition: UnetCondition;
}

export interface EncodedSubprompt {
  readonly weight: number;
  readonly phases: readonly EncodedPhase[];
}

/** What the web UI asks of SDXL's refiner: for the prompt, and against it. */
const HIGH_AESTHETIC_SCORE = 6;
const LOW_AESTHETIC_SCORE = 2.5;

/** Everything the sampler needs to know about the two prompts. */
export interface EncodedPrompts {
  readonly positive: readonly EncodedSubprompt[];
  readonly negative: readonly EncodedPhase[];
}

/** Encodes every phase of every part of both prompts; equal texts are encoded once. */
export async function encodePrompts(
  model: LoadedModel,
  plan: Pick<GenerationPlan, 'positive' | 'negative' | 'parameters'>,
  embeddings: readonly UsableEmbedding[] = [],
): Promise<Result<EncodedPrompts>> {
  const known = new Map<string, UnetCondition>();
  const encodePhase = async (phase: PlanPhase, isNegative: boolean): Promise<Result<EncodedPhase>> => {
    const key = `${isNegative} ${JSON.stringify(phase.runs)}`;
    let condition = known.get(key);
    if (!condition) {
      const encoded = await encodeRuns(model, plan, phase.runs, isNegative, embeddings);
      if (!encoded.ok) return encoded;
      condition = encoded.value;
      known.set(key, condition);
    }
    return success({ endStep: phase.endStep, condition });
  };
  const encodePart = async (part: PlanSubprompt, isNegative: boolean): Promise<Result<EncodedSubprompt>> => {
    const phases: EncodedPhase[] = [];
    for (const phase of part.schedule) {
      const encoded = await encodePhase(phase, isNegative);
      if (!encoded.ok) return encoded;
      phases.push(encoded.value);
    }
    return success({ weight: part.weight, phases });
  };
  const positive: EncodedSubprompt[] = [];
  for (const part of plan.positive.subprompts) {
    const encoded = await encodePart(part, false);
    if (!encoded.ok) return encoded;
    positive.push(encoded.value);
  }
  const negative = await encodePart(plan.negative.subprompts[0], true);
  return negative.ok ? success({ positive, negative: negative.value.phases }) : negative;
}

async function encodeRuns(
  model: LoadedModel,
  { parameters }: Pick<GenerationPlan, 'parameters'>,
  runs: readonly WeightedRun[],
  isNegative: boolean,
  embeddings: readonly UsableEmbedding[],
): Promise<Result<UnetCondition>> {
  const { tokenizer } = model.tokenizers.first;
  const { chunks } = chunkPrompt(runs, tokenizer, embeddings);
  const { width, height } = parameters;
  const score = isNegative ? LOW_AESTHETIC_SCORE : HIGH_AESTHETIC_SCORE;
  const timeIds = model.isRefiner ? [height, width, 0, 0, score] : [height, width, 0, 0, height, width];
  const parts: Float32Array[] = [];
  let pooled: Float32Array | undefined;
  let tokens = 0;
  for (const chunk of chunks) {
    const encoded = await encodeChunk(model, parameters, chunk, embeddings);
    if (!encoded.ok) return encoded;
    parts.push(encoded.value.hidden);
    // A picture is conditioned on the pooled text of its first chunk.
    pooled ??= encoded.value.pooled;
    tokens += chunk.tokens.length;
  }
  const hidden = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    hidden.set(part, at);
    at += part.length;
  }
  const isEmpty = runs.every(([text]) => text.trim() === '');
  if ((model.textEncoder2 || model.isRefiner) && isNegative && isEmpty) {
    // The web UI gives SDXL nothing at all for an empty negative prompt, not the encoding of nothing.
    hidden.fill(0);
    pooled?.fill(0);
  }
  return success({ hidden, tokens, pooled, timeIds });
}

async function encodeChunk(
  model: LoadedModel,
  { clipSkip, emphasis }: PlanParameters,
  chunk: PromptChunk,
  embeddings: readonly UsableEmbedding[],
): Promise<Result<EncodedChunk>> {
  const { first, second } = model.tokenizers;
  const placed = (part: 'first' | 'second'): PlacedRows[] =>
    chunk.embeddings.map(({ position, name }) => {
      const embedding = embeddings.find((one) => one.name === name)!;
      return { position, rows: embedding[part] ?? embedding.first };
    });
  const run = async (encoder: TextEncoder, pad: number, skip: number, raw: boolean, rows: PlacedRows[]) => {
    const ids = padTokens(chunk.tokens, first.tokenizer.end, pad);
    const encoded = await encoder.encode(ids, skip, raw, rows);
    if (encoded.ok) applyEmphasis(encoded.value.hidden, chunk.multipliers, emphasis);
    return encoded;
  };
  if (model.isRefiner) return run(model.textEncoder, first.pad, 2, true, placed('second'));
  if (!model.textEncoder2) return run(model.textEncoder, first.pad, clipSkip, false, placed('first'));
  // SDXL was trained on the last layer but one of both encoders, without their final normalisation.
  const left = await run(model.textEncoder, first.pad, 2, true, placed('first'));
  if (!left.ok) return left;
  const right = await run(model.textEncoder2, second?.pad ?? 0, 2, true, placed('second'));
  if (!right.ok) return right;
  return success({
    hidden: sideBySide(left.value, right.value),
    width: left.value.width + right.value.width,
    pooled: right.value.pooled,
  });
}

/** Joins two encodings of the same tokens row by row. */
function sideBySide(left: EncodedChunk, right: EncodedChunk): Float32Array {
  const rows = left.hidden.length / left.width;
  const width = left.width + right.width;
  const joined = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    joined.set(left.hidden.subarray(row * left.width, (row + 1) * left.width), row * width);
    joined.set(right.hidden.subarray(row * right.width, (row + 1) * right.width), row * width + left.width);
  }
  return joined;
}

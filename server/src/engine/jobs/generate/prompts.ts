import {
  chunkPrompt,
  type EncodedTokens,
  emphasiseCall,
  encoderCalls,
  type PromptChunk,
  padTokens,
} from '../../../numerics/conditioning/index';
import type { GenerationPlan, PlanParameters, PlanPhase } from '../../../shared/plan';
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
  /** The encoded empty prompt, where shorter prompts are filled up with it. */
  readonly empty?: UnetCondition;
}

/** What a prompt is encoded with. */
interface Encoding {
  readonly model: LoadedModel;
  readonly parameters: PlanParameters;
  readonly embeddings: readonly UsableEmbedding[];
  /** Raw hidden states by tokens: equal chunks are encoded once. */
  readonly known: Map<string, RawChunk>;
}

/** Hidden states of a chunk before emphasis, of one text encoder or of two. */
interface RawChunk {
  readonly encoders: readonly EncodedChunk[];
}

/** Encodes every phase of every part of both prompts; equal chunks are encoded once. */
export async function encodePrompts(
  model: LoadedModel,
  plan: Pick<GenerationPlan, 'positive' | 'negative' | 'parameters'>,
  embeddings: readonly UsableEmbedding[] = [],
): Promise<Result<EncodedPrompts>> {
  const { parameters } = plan;
  const encoding: Encoding = { model, parameters, embeddings, known: new Map() };
  const positive: EncodedSubprompt[] = [];
  for (const part of plan.positive.subprompts) {
    const phases = await encodePhases(encoding, part.schedule, false);
    if (!phases.ok) return phases;
    positive.push({ weight: part.weight, phases: phases.value });
  }
  const negative = await encodePhases(encoding, plan.negative.subprompts[0]!.schedule, true);
  if (!negative.ok) return negative;
  if (!parameters.settings?.pad_cond_uncond) return success({ positive, negative: negative.value });
  const empty = await encodePhases(encoding, [{ endStep: parameters.steps, runs: [['', 1]] }], false);
  if (!empty.ok) return empty;
  return success({ positive, negative: negative.value, empty: empty.value[0]!.condition });
}

/** Encodes the phases of one part: the web UI puts all of them into one call of the text encoder a chunk place. */
async function encodePhases(
  encoding: Encoding,
  schedule: readonly PlanPhase[],
  isNegative: boolean,
): Promise<Result<EncodedPhase[]>> {
  const { model, parameters } = encoding;
  const { tokenizer } = model.tokenizers.first;
  const chunked = schedule.map(({ runs }) => chunkPrompt(runs, tokenizer, encoding.embeddings));
  const places: PlacedChunks[] = [];
  for (const call of encoderCalls(chunked, tokenizer)) {
    const encoded = await encodeCall(encoding, call);
    if (!encoded.ok) return encoded;
    places.push(encoded.value);
  }
  const { width, height } = parameters;
  const score = isNegative ? LOW_AESTHETIC_SCORE : HIGH_AESTHETIC_SCORE;
  const timeIds = model.isRefiner ? [height, width, 0, 0, score] : [height, width, 0, 0, height, width];
  // The web UI gives SDXL nothing at all for an empty negative prompt, not the encoding of nothing.
  const isEmpty = schedule.every(({ runs }) => runs.every(([text]) => text.trim() === ''));
  const isZero = (model.textEncoder2 !== undefined || model.isRefiner) && isNegative && isEmpty;
  const conditions = new Map<string, UnetCondition>();
  return success(
    schedule.map(({ endStep, runs }, phase) => {
      const key = JSON.stringify(runs);
      const known = conditions.get(key);
      if (known) return { endStep, condition: known };
      const hidden = joined(places.map(({ hidden }) => hidden[phase]!));
      // A picture is conditioned on the pooled text of its first chunk.
      const pooled = places[0]!.pooled[phase];
      const condition: UnetCondition = {
        hidden: isZero ? new Float32Array(hidden.length) : hidden,
        tokens: places.length * CHUNK_TOKENS,
        pooled: isZero && pooled ? new Float32Array(pooled.length) : pooled,
        timeIds,
      };
      conditions.set(key, condition);
      return { endStep, condition };
    }),
  );
}

/** Tokens of a chunk with its marks of begin and end. */
const CHUNK_TOKENS = 77;

/** One chunk place of all phases, with emphasis applied. */
interface PlacedChunks {
  readonly hidden: readonly Float32Array[];
  readonly pooled: readonly (Float32Array | undefined)[];
}

async function encodeCall(encoding: Encoding, call: readonly PromptChunk[]): Promise<Result<PlacedChunks>> {
  const raw: RawChunk[] = [];
  for (const chunk of call) {
    const encoded = await encodeChunk(encoding, chunk);
    if (!encoded.ok) return encoded;
    raw.push(encoded.value);
  }
  const { emphasis } = encoding.parameters;
  // Every text encoder has a mean of its own.
  const byEncoder = raw[0]!.encoders.map((_, encoder) => {
    const shared = new Map<string, EncodedTokens>();
    const tokens = raw.map(({ encoders }, phase) => {
      const { multipliers } = call[phase]!;
      const { hidden } = encoders[encoder]!;
      const key = `${keyOf(call[phase]!)} ${multipliers.join()}`;
      const known = shared.get(key) ?? { hidden, multipliers };
      shared.set(key, known);
      return known;
    });
    return emphasiseCall(tokens, emphasis);
  });
  const [left, right] = byEncoder as [Float32Array<ArrayBufferLike>[], Float32Array<ArrayBufferLike>[]];
  return success({
    hidden: left.map((hidden, phase) =>
      right
        ? sideBySide(
            hidden,
            right[phase]!,
            raw[phase]!.encoders.map(({ width }) => width),
          )
        : hidden,
    ),
    pooled: raw.map(({ encoders }) => encoders.at(-1)?.pooled),
  });
}

function keyOf({ tokens, embeddings }: PromptChunk): string {
  return `${tokens.join()} ${JSON.stringify(embeddings)}`;
}

async function encodeChunk(
  { model, parameters, embeddings, known }: Encoding,
  chunk: PromptChunk,
): Promise<Result<RawChunk>> {
  const before = known.get(keyOf(chunk));
  if (before) return success(before);
  const { clipSkip } = parameters;
  const { first, second } = model.tokenizers;
  const placed = (part: 'first' | 'second'): PlacedRows[] =>
    chunk.embeddings.map(({ position, name }) => {
      const embedding = embeddings.find((one) => one.name === name)!;
      return { position, rows: embedding[part] ?? embedding.first };
    });
  const run = (encoder: TextEncoder, pad: number, skip: number, raw: boolean, rows: PlacedRows[]) =>
    encoder.encode(padTokens(chunk.tokens, first.tokenizer.end, pad), skip, raw, rows);
  const results = [
    model.isRefiner
      ? await run(model.textEncoder, first.pad, 2, true, placed('second'))
      : model.textEncoder2
        ? // SDXL was trained on the last layer but one of both encoders, without their final normalisation.
          await run(model.textEncoder, first.pad, 2, true, placed('first'))
        : await run(model.textEncoder, first.pad, clipSkip, false, placed('first')),
  ];
  if (!model.isRefiner && model.textEncoder2 && results[0]!.ok)
    results.push(await run(model.textEncoder2, second?.pad ?? 0, 2, true, placed('second')));
  const encoders: EncodedChunk[] = [];
  for (const result of results) {
    if (!result.ok) return result;
    encoders.push(result.value);
  }
  const raw = { encoders };
  known.set(keyOf(chunk), raw);
  return success(raw);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Joins two encodings of the same tokens row by row. */
function sideBySide(
  left: Float32Array,
  right: Float32Array,
  [leftWidth, rightWidth]: readonly number[],
): Float32Array {
  const rows = left.length / leftWidth!;
  const width = leftWidth! + rightWidth!;
  const joined = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    joined.set(left.subarray(row * leftWidth!, (row + 1) * leftWidth!), row * width);
    joined.set(right.subarray(row * rightWidth!, (row + 1) * rightWidth!), row * width + leftWidth!);
  }
  return joined;
}

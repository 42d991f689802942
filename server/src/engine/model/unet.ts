import type { Tensor } from '../runtime/session';
import type { Component } from './component';
import { floatsOf, inputsOf, pickPort, switchesOf, tensorFor } from './ports';

/** What one run of the UNet is conditioned on. */
export interface UnetCondition {
  /** `[tokens, width]`. */
  readonly hidden: Float32Array;
  readonly tokens: number;
  /** SDXL: pooled text embedding and size conditioning. */
  readonly pooled?: Float32Array;
  readonly timeIds?: readonly number[];
}

/**
 * Runs the UNet for one latent under several conditions and returns one output per condition. Conditions of equal
 * length share a run; others run apart, as does everything in a graph whose batch size is fixed at 1. Inputs are made
 * as the session declares them: scalar or vector timestep, integer or float, half precision or not. `guidance` is for
 * distilled models that take it as an input.
 */
export async function runUnet(
  component: Component,
  latent: Float32Array,
  shape: readonly [channels: number, height: number, width: number],
  timestep: number,
  conditions: readonly UnetCondition[],
  guidance = 1,
): Promise<Float32Array[]> {
  const { session } = component;
  const inputs = inputsOf(session);
  const sample = pickPort(session.inputMetadata, ['sample']);
  const time = inputs.get('timestep');
  const text = inputs.get('encoder_hidden_states');
  if (!time || !text) throw new Error('the UNet has no input "timestep" or "encoder_hidden_states"');
  const output = pickPort(session.outputMetadata, ['out_sample', 'latent', 'sample']).name;
  const isFixed = sample.shape[0] === 1;
  const results = new Array<Float32Array>(conditions.length);
  for (const batch of batches(conditions, isFixed)) {
    const count = batch.length;
    const members = batch.map((index) => conditions[index]);
    const { tokens } = members[0]!;
    const feeds: Record<string, Tensor> = { ...component.feeds };
    feeds[sample.name] = tensorFor(sample, repeat(latent, count), [count, ...shape]);
    const isScalar = time.shape.length === 0;
    feeds[time.name] = tensorFor(time, [timestep], isScalar ? [] : [1]);
    const hidden = members.length === 1 ? members[0]!.hidden : join(members.map((member) => member!.hidden));
    feeds[text.name] = tensorFor(text, hidden, [count, tokens, hidden.length / count / tokens]);
    const pooled = inputs.get('text_embeds');
    if (pooled) {
      const values = join(members.map((member) => member!.pooled ?? new Float32Array(0)));
      feeds[pooled.name] = tensorFor(pooled, values, [count, values.length / count]);
    }
    const distilled = inputs.get(GUIDANCE_INPUT);
    if (distilled) {
      const last = distilled.shape.at(-1);
      const embedding = guidanceEmbedding(guidance, typeof last === 'number' ? last : 256);
      feeds[distilled.name] = tensorFor(distilled, repeat(embedding, count), [count, embedding.length]);
    }
    const ids = inputs.get('time_ids');
    if (ids) {
      const values = members.flatMap((member) => [...(member!.timeIds ?? [])]);
      feeds[ids.name] = tensorFor(ids, values, [count, values.length / count]);
    }
    const result = await session.run({ ...switchesOf(session, feeds), ...feeds }, [output]);
    const whole = floatsOf(result[output]!);
    batch.forEach((index, position) => {
      results[index] = whole.subarray(position * latent.length, (position + 1) * latent.length);
    });
  }
  return results;
}

const GUIDANCE_INPUT = 'timestep_cond';

/** True for latent consistency models: they know guidance as an input and are run for the prompt alone. */
export function takesGuidance({ session }: Component): boolean {
  return inputsOf(session).has(GUIDANCE_INPUT);
}

/** The guidance scale as waves, sines before cosines, as diffusers makes them for latent consistency models. */
export function guidanceEmbedding(scale: number, width: number): Float32Array {
  const half = Math.floor(width / 2);
  const embedding = new Float32Array(width);
  const step = Math.log(10_000) / (half - 1);
  for (let i = 0; i < half; i++) {
    const angle = Math.fround(
      Math.fround((scale - 1) * 1000) * Math.fround(Math.exp(-Math.fround(i * Math.fround(step)))),
    );
    embedding[i] = Math.sin(angle);
    embedding[half + i] = Math.cos(angle);
  }
  return embedding;
}

function batches(conditions: readonly UnetCondition[], isFixed: boolean): number[][] {
  const byLength = new Map<number, number[]>();
  const groups: number[][] = [];
  conditions.forEach(({ tokens }, index) => {
    const group = isFixed ? undefined : byLength.get(tokens);
    if (group) group.push(index);
    else {
      const fresh = [index];
      byLength.set(tokens, fresh);
      groups.push(fresh);
    }
  });
  return groups;
}

function repeat(values: Float32Array, count: number): Float32Array {
  return count === 1 ? values : join(new Array<Float32Array>(count).fill(values));
}

function join(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

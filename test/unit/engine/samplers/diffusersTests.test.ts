import { describe, expect, it } from 'vitest';
import { diffusersSigmas, diffusersTransfers } from '../../../../server/src/engine/samplers/diffusers';
import { combine } from '../../../../server/src/engine/samplers/latents';
import { denoisedOf, predictionOf } from '../../../../server/src/engine/samplers/prediction';
import type {
  SamplerRun,
  SigmaSampler,
  TimestepSampler,
} from '../../../../server/src/engine/samplers/sampler';
import { createBrownianNoise, createNoise } from '../../../../server/src/numerics/noise';
import { createNoiseTable, withFiniteEnd } from '../../../../server/src/numerics/sigmas';
import { expectClose, golden } from '../golden';
import { type Config, type Translated, translate } from './diffusersCases';

interface Row {
  file: string;
  class: string;
  test: string;
  source: string;
  scheduler: string;
  config: Config;
  num_inference_steps: number;
  eta: number | null;
  timesteps: number[];
  expected_sum?: number;
  expected_mean: number;
  tol_mean: number;
}
const data = golden<{ tests: Row[] }>('samplers/scheduler_golden.json');
const all = data.tests.map((row) => ({ row, ours: translate(row.scheduler, row.config) }));
const mine = all.filter((entry): entry is { row: Row; ours: Translated } => typeof entry.ours !== 'string');

const BATCH = 4;

/** The tests' own sample and noise: numbers counted up, and down, with the batch as the last axis. */
function tensorsOf(row: Row) {
  const shape = row.class.includes('1D') ? [BATCH, 3, 8] : [BATCH, 3, 8, 8];
  const count = shape.reduce((product, side) => product * side, 1);
  const counted = (of: (place: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => {
      const [batch, rest] = [Math.floor((i / count) * BATCH), i % (count / BATCH)];
      return of(rest * BATCH + batch) / count;
    });
  return { shape, count, sample: counted((place) => place), noise: counted((place) => count - 1 - place) };
}
const model = (x: Float32Array, t: number) => x.map((value) => (value * t) / (t + 1));

/** Where the test starts: some write it as a number, some as a distance from the end. */
function startOf({ source, num_inference_steps: steps }: Row): number | undefined {
  const found = /t_start = (?:self\.num_inference_steps - )?(\d+)/.exec(source);
  if (!found) return undefined;
  return found[0].includes('self') ? steps - Number(found[1]) : Number(found[1]);
}

function run(row: Row, ours: Translated): { steps: SamplerRun; timesteps: number[] } {
  const start = startOf(row);
  const { shape, sample, noise } = tensorsOf(row);
  const question = {
    scheduleType: ours.scheduleType,
    steps: row.num_inference_steps,
    strength: start === undefined ? undefined : (row.num_inference_steps - start) / row.num_inference_steps,
  };
  const table = createNoiseTable(ours.training, 'single');
  const stream = createNoise('CPU', 0);
  const clip = (x: Float32Array) =>
    ours.clipRange ? x.map((value) => Math.max(-ours.clipRange!, Math.min(ours.clipRange!, value))) : x;
  return ours.sampler.space === 'sigma'
    ? runSigmas({ ...question, sampler: ours.sampler, table: withFiniteEnd(table) })
    : runTimesteps({ ...question, sampler: ours.sampler, table });

  function runSigmas(request: typeof question & { sampler: SigmaSampler; table: typeof table }) {
    const trajectory = diffusersSigmas(request, ours.spacing);
    const { sigmas, timestepOf, endScale, startScale, lowerOrderEnd } = trajectory;
    const isPreserving = request.sampler.wholeTimesteps || request.sampler.ownSchedule !== undefined;
    const first = sigmas[0]!;
    // The tests hand over their sample times init_noise_sigma and add noise to that.
    const whole = diffusersSigmas({ ...request, strength: undefined }, ours.spacing);
    const clean = isPreserving ? sample : combine([whole.startScale, sample]);
    const x = start === undefined ? combine([startScale, sample]) : combine([1, clean], [first, noise]);
    const path = createBrownianNoise({
      sigmaMin: Math.min(...sigmas.filter((sigma) => sigma > 0)),
      sigmaMax: first,
      entropy: 0,
      randn: (seed) => createNoise('CPU', seed).randn(shape),
    });
    const timesteps: number[] = [];
    const steps = request.sampler.sample({
      x,
      sigmas,
      timestepOf,
      lowerOrderEnd,
      noise: () => stream.randn(shape),
      brownian: request.sampler.wholeTimesteps ? () => stream.randn(shape) : path,
      async denoise(latents, sigma) {
        const scale = Math.fround(Math.sqrt(sigma ** 2 + 1));
        const input = latents.map((value) => value / scale);
        // The tests of these schedulers go on with the scaled sample.
        if (!isPreserving) latents.set(input);
        timesteps.push(timestepOf(sigma));
        return clip(denoisedOf(ours.prediction, latents, model(input, timestepOf(sigma)), sigma));
      },
    });
    return { timesteps, steps: scaled(steps, endScale) };
  }

  function runTimesteps(request: typeof question & { sampler: TimestepSampler; table: typeof table }) {
    const { transfers, startAlpha } = diffusersTransfers(request, ours.spacing);
    const alphaAt = (timestep: number) => table.alphasCumprod[timestep]!;
    const interpret = (x: Float32Array, output: Float32Array, alpha: number) => {
      const prediction = predictionOf(ours.prediction, x, output, alpha);
      return { ...prediction, denoised: clip(prediction.denoised) };
    };
    const timesteps: number[] = [];
    const steps = request.sampler.sample({
      x:
        start === undefined
          ? sample
          : combine([Math.sqrt(startAlpha), sample], [Math.sqrt(1 - startAlpha), noise]),
      transfers,
      alphaAt,
      interpret,
      averagesOutputs: true,
      eta: row.eta ?? request.sampler.eta ?? 0,
      noise: () => stream.randn(shape),
      async predict(x, timestep) {
        timesteps.push(timestep);
        return interpret(x, model(x, timestep), alphaAt(timestep));
      },
    });
    return { timesteps, steps };
  }
}

async function* scaled(steps: SamplerRun, factor: number): SamplerRun {
  return combine([factor, yield* steps]);
}

describe('tests of diffusers', () => {
  it('covers every scheduler that is a sampler here', () => {
    for (const { row, ours } of all)
      if (typeof ours === 'string') expect(ours, row.test).not.toMatch(/^unknown/);
    expect(mine.length).toBeGreaterThan(all.length / 2);
  });

  const name = ({ file, test }: Row) => `${file.replace(/.*test_scheduler_/, '')} ${test}`;
  it.each(mine.map(({ row, ours }) => [name(row), row, ours] as const))('%s', async (_, row, ours) => {
    const { steps, timesteps } = run(row, ours);
    let result = await steps.next();
    while (!result.done) result = await steps.next();
    const sum = result.value.reduce((total, value) => total + Math.abs(value), 0);
    if (startOf(row) === undefined) expectClose(timesteps, row.timesteps, 1e-4, 'timesteps');
    // Sums near 0 are given to four decimals, and lose as many in float32.
    if (row.expected_sum !== undefined)
      expectClose([sum], [row.expected_sum], row.expected_sum < 1 ? 1e-4 : 1e-5, 'sum');
    expect(Math.abs(sum / result.value.length - row.expected_mean)).toBeLessThan(row.tol_mean);
  });
});

import { describe, expect, it } from 'vitest';
import { findSampler, type PreparedRun, startSampling } from '../../../../server/src/engine/samplers';
import { type DiffusersSpacing, spacedTimesteps } from '../../../../server/src/engine/samplers/diffusers';
import { createImageNoise, createNoise } from '../../../../server/src/numerics/noise';
import {
  createNoiseTable,
  findSchedule,
  STABLE_DIFFUSION_TRAINING,
} from '../../../../server/src/numerics/sigmas';
import { expectClose, golden } from '../golden';
import { type Config, translate } from './diffusersCases';

const TRAINING = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' };

/** The model all golden runs were made with; each number of the latents is on its own. */
const model = (x: Float32Array, t: number) =>
  x.map((value) => Math.tanh(0.9 * value + 0.001 * t) * 0.8 + 0.15 * Math.cos(3 * value));

async function finish({ steps }: PreparedRun): Promise<Float32Array> {
  let result = await steps.next();
  while (!result.done) result = await steps.next();
  return result.value;
}

interface DiffusersRow {
  scheduler: string;
  config: Config;
  steps: number;
  eta?: number;
  strength?: number;
  timesteps: number[];
  noise?: number[][];
  final: number[];
}
interface SpacedRow {
  steps: number;
  rule: Parameters<typeof spacedTimesteps>[3];
  spacing: DiffusersSpacing['timestepSpacing'];
  offset: number;
  timesteps: number[];
}

describe('diffusers with other configurations', () => {
  const data = golden<{ runs: DiffusersRow[]; spaced: SpacedRow[] }>('samplers/diffusers_further.json');
  const { meta } = golden<{ meta: Record<'x0' | 'init_latent' | 'add_noise', number[]> }>(
    'samplers/scheduler_steps_golden.json',
  );
  const name = ({ scheduler, steps, strength, config }: DiffusersRow) =>
    `${scheduler}, ${steps} steps${strength ? ` from ${strength}` : ''}, ${JSON.stringify(config)}`;

  it.each(data.runs.map((row) => [name(row), row] as const))('%s', async (_, row) => {
    const ours = translate(row.scheduler, { ...TRAINING, ...row.config });
    if (typeof ours === 'string') throw new Error(ours);
    const begin = (values: readonly number[]) => Float32Array.from(values.slice(0, row.final.length));
    const noises = (row.noise ?? []).map(begin);
    const draw = () => noises.shift() ?? new Float32Array(row.final.length);
    const timesteps: number[] = [];
    const run = startSampling({
      ...ours,
      convention: 'diffusers',
      steps: row.steps,
      eta: row.eta,
      start:
        row.strength === undefined ? undefined : { latents: begin(meta.init_latent), strength: row.strength },
      noise: {
        first: () => begin(row.strength === undefined ? meta.x0 : meta.add_noise),
        next: draw,
        brownian: () => draw,
      },
      async predict(input, timestep) {
        timesteps.push(timestep);
        return model(input, timestep);
      },
    });
    const final = await finish(run);
    expectClose(timesteps, row.timesteps, 1e-4, 'timesteps');
    expectClose(final, row.final, 2e-4, 'final');
  });

  it.each(data.spaced)('$rule timesteps, $spacing, $steps steps', ({ steps, rule, spacing, ...row }) => {
    const table = createNoiseTable();
    const place = { timestepSpacing: spacing, stepsOffset: row.offset } as DiffusersSpacing;
    expectClose(spacedTimesteps(table, steps, place, rule), row.timesteps, 1e-6);
  });
});

interface WebuiRow {
  sampler: string;
  schedule: string;
  steps: number;
  strength?: number;
  velocity?: boolean;
  seed: number;
  shape: [number, number, number];
  eta?: number;
  timesteps: number[];
  final: number[];
}

describe('the web UI’s samplers, left to themselves', () => {
  const data = golden<{ runs: WebuiRow[]; schedules: Record<string, Record<string, number[]>> }>(
    'samplers/webui_further.json',
  );
  const name = ({ sampler, schedule, steps, strength }: WebuiRow) =>
    `${sampler}, ${schedule}, ${steps} steps${strength === undefined ? '' : ` from ${strength}`}`;

  // Its second sigma lies half-way between two timesteps. Torch 1.13, which made this file, rounds to the later one; torch
  // 2.15, which made a1111-real, to the earlier one, as we do.
  const runs = data.runs.filter((row) => name(row) !== 'LCM, Automatic, 3 steps');
  it.each(runs.map((row) => [name(row), row] as const))('%s', async (_, row) => {
    const image = createNoise('CPU', 777).randn(row.shape);
    const timesteps: number[] = [];
    const run = startSampling({
      sampler: findSampler(row.sampler)!,
      scheduleType: row.schedule,
      steps: row.steps,
      training: STABLE_DIFFUSION_TRAINING,
      prediction: row.velocity ? 'v_prediction' : 'epsilon',
      eta: row.eta,
      start: row.strength === undefined ? undefined : { latents: image, strength: row.strength },
      noise: createImageNoise({ kind: 'CPU', seed: row.seed, shape: row.shape }),
      async predict(input, timestep) {
        timesteps.push(timestep);
        return model(input, timestep);
      },
    });
    const final = await finish(run);
    expectClose(timesteps, row.timesteps, 1e-4, 'timesteps');
    expectClose(final, row.final, 2e-4, 'final');
  });

  describe.each(Object.entries(data.schedules))('schedule %s', (title, byCount) => {
    const isXl = title === 'AYS XL';
    it.each(Object.entries(byCount))('%s steps', (steps, wanted) => {
      const request = {
        table: createNoiseTable(),
        steps: Number(steps),
        architecture: isXl ? 'sdxl' : 'sd1',
      };
      expectClose(findSchedule(isXl ? 'AYS' : title)!.sigmas(request), wanted, 1e-6);
    });
  });
});

it('covers every sampler', () => {
  const runs = golden<{ runs: WebuiRow[] }>('samplers/webui_further.json').runs;
  expect(new Set(runs.map(({ sampler }) => sampler)).size).toBe(16);
});

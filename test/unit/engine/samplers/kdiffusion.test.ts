import { describe, expect, it } from 'vitest';
import { findSampler, SAMPLERS } from '../../../../server/src/engine/samplers';
import type { SigmaSampler } from '../../../../server/src/engine/samplers/sampler';
import { createBrownianNoise, createNoise } from '../../../../server/src/numerics/noise';
import { createNoiseTable, findSchedule, sigmaToTimestep } from '../../../../server/src/numerics/sigmas';
import { expectClose, golden } from '../golden';

interface Row {
  name: string;
  sampler: string;
  scheduler: string;
  steps: number;
  sigmas: number[];
  calls: { x: number[]; sigma: number; t: number; denoised: number[] }[];
  /** Absent where the noise came from a Brownian path of seed 42. */
  noise?: number[][];
  final: number[];
}
const data = golden<{ runs: Row[]; x0: number[] }>('samplers/kdiffusion_golden.json');
const table = createNoiseTable();

/** Names of k-diffusion's functions and of this engine's samplers. */
const NAMES: Record<string, string> = {
  sample_euler: 'Euler',
  sample_euler_ancestral: 'Euler a',
  sample_heun: 'Heun',
  sample_dpm_2: 'DPM2',
  sample_dpm_2_ancestral: 'DPM2 a',
  sample_lms: 'LMS',
  sample_dpmpp_2s_ancestral: 'DPM++ 2S a',
  sample_dpmpp_2m: 'DPM++ 2M',
  sample_dpmpp_sde: 'DPM++ SDE',
  sample_dpmpp_2m_sde: 'DPM++ 2M SDE',
  sample_dpmpp_3m_sde: 'DPM++ 3M SDE',
};

function samplerOf(row: Row): SigmaSampler {
  const heun = (row as { kwargs?: { solver_type?: string } }).kwargs?.solver_type === 'heun';
  const found = findSampler(`${NAMES[row.sampler]}${heun ? ' Heun' : ''}`);
  if (found?.space !== 'sigma') throw new Error(`no sampler for ${row.sampler}`);
  return found;
}

/** The model the golden runs were made with. */
function model(x: Float32Array, sigma: number): Float32Array {
  const scale = 1 / Math.sqrt(sigma ** 2 + 1);
  const t = sigmaToTimestep(table, sigma);
  return x.map((value) => {
    const input = value * scale;
    return value - sigma * (Math.tanh(0.9 * input + 0.001 * t) * 0.8 + 0.15 * Math.cos(3 * input));
  });
}

async function run(row: Row, denoise: (x: Float32Array, sigma: number) => Promise<Float32Array>) {
  const noises = (row.noise ?? []).map((values) => Float32Array.from(values));
  const path = createBrownianNoise({
    sigmaMin: Math.min(...row.sigmas.filter((sigma) => sigma > 0)),
    sigmaMax: row.sigmas[0]!,
    entropy: 42,
    randn: (seed) => createNoise('CPU', seed).randn([row.final.length]),
  });
  const steps = samplerOf(row).sample({
    x: Float32Array.from(data.x0, (value) => value * row.sigmas[0]!),
    sigmas: row.sigmas,
    denoise,
    noise: () => noises.shift()!,
    brownian: (sigma, next) => noises.shift() ?? path(sigma, next),
    timestepOf: (sigma) => sigmaToTimestep(table, sigma),
    lowerOrderEnd: false,
  });
  let count = 0;
  for (;;) {
    const result = await steps.next();
    if (result.done) return { final: result.value, count };
    expect(result.value).toMatchObject({ step: count++, of: row.sigmas.length - 1 });
  }
}

describe.each(data.runs)('$name, $scheduler, $steps steps', (row) => {
  it('takes every step as k-diffusion does, given its model outputs', async () => {
    let call = 0;
    const { final, count } = await run(row, async (x, sigma) => {
      const wanted = row.calls[call++]!;
      expectClose([sigma], [wanted.sigma], 2e-6, `sigma of call ${call}`);
      expectClose([sigmaToTimestep(table, sigma)], [wanted.t], 1e-5, `timestep of call ${call}`);
      expectClose(x, wanted.x, 1e-5, `latents of call ${call}`);
      return Float32Array.from(wanted.denoised);
    });
    expect(call).toBe(row.calls.length);
    expect(count).toBe(row.sigmas.length - 1);
    expectClose(final, row.final, 1e-5, 'final');
  });

  it('arrives where k-diffusion does, left to itself', async () => {
    const { final } = await run(row, async (x, sigma) => model(x, sigma));
    expectClose(final, row.final, 1e-4, 'final');
  });

  it('has the same noise levels', () => {
    const name = row.scheduler === 'uniform(Automatic)' ? 'Uniform' : row.scheduler.replaceAll('_', ' ');
    expectClose(findSchedule(name)!.sigmas({ table, steps: row.steps }), row.sigmas, 2e-6);
  });
});

describe('samplers', () => {
  it.each(SAMPLERS.map((sampler) => sampler.name))('%s is found by its name in any case', (name) => {
    expect(findSampler(name.toUpperCase())?.name).toBe(name);
  });
});

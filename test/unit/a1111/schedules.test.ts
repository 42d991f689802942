import { describe, expect, it } from 'vitest';
import {
  findSampler,
  startSampling,
  webuiSigmas,
  webuiSteps,
  webuiTimesteps,
} from '../../../server/src/engine/samplers';
import { createImageNoise } from '../../../server/src/numerics/noise';
import {
  createNoiseTable,
  type NoiseTable,
  STABLE_DIFFUSION_TRAINING,
  webuiTable,
} from '../../../server/src/numerics/sigmas';
import type { SamplingSettings } from '../../../server/src/shared/samplingSettings';
import { golden } from '../engine/golden';
import { numberOf, type Written, webuiRows } from './data';

interface ScheduleRow {
  schedule: string;
  steps: number;
  sampler: string;
  table: 'sd1' | 'sdxl';
  settings: SamplingSettings;
  sigmas: Written[];
  timesteps: Written[];
}
interface TimestepRow {
  steps: number;
  discard: boolean;
  timesteps?: number[];
  error?: string;
}
type StepRow = [
  fixSteps: boolean,
  steps: number,
  strength: number,
  hiresSteps: number | null,
  total: number,
  encoded: number,
];

/** Share by which two numbers differ; 0 where both are infinite or none. */
function differs(own: number | undefined, written: Written): number {
  const wanted = numberOf(written);
  if (own === undefined) return Number.POSITIVE_INFINITY;
  if (Object.is(own, wanted) || own === wanted) return 0;
  return Math.abs(own - wanted) / Math.max(Math.abs(wanted), 1e-9);
}

describe('noise tables of the web UI', () => {
  const { tables } = golden<{ tables: Record<string, { alphasCumprod: Written[]; sigmas: Written[] }> }>(
    'a1111-real/noise-tables.json',
  );
  const settingsOf = (name: string): SamplingSettings => ({
    ...(name.includes('zero terminal SNR') && { sd_noise_schedule: 'Zero Terminal SNR' }),
    ...(name.includes('downcast') && { use_downcasted_alpha_bar: true }),
  });
  it.each(Object.keys(tables))('%s', (name) => {
    const { alphasCumprod, sigmas }: NoiseTable = webuiTable(createNoiseTable(), settingsOf(name));
    const wanted = tables[name]!;
    // The square roots of torch 2.15 are off in the last bit in every fifth case, which small sigmas enlarge.
    const tolerance = name.endsWith('zero terminal SNR') ? 2e-5 : 1e-6;
    for (let t = 0; t < 1000; t++) {
      expect(differs(alphasCumprod[t], wanted.alphasCumprod[t]!), `alpha ${t}`).toBeLessThan(tolerance);
      expect(differs(sigmas[t], wanted.sigmas[t]!), `sigma ${t}`).toBeLessThan(tolerance);
    }
  });

  it('rescales a table once', () => {
    const once = webuiTable(createNoiseTable(), { sd_noise_schedule: 'Zero Terminal SNR' });
    expect(webuiTable(once, { sd_noise_schedule: 'Zero Terminal SNR' })).toEqual(once);
  });

  it('takes the same table for a model that was trained with zero terminal SNR', () => {
    const run = startSampling({
      sampler: findSampler('Euler')!,
      scheduleType: 'Karras',
      steps: 8,
      noise: createImageNoise({ kind: 'CPU', seed: 1, shape: [4, 3, 3] }),
      prediction: 'v_prediction',
      training: { ...STABLE_DIFFUSION_TRAINING, rescaleBetasZeroSnr: true },
      predict: async (input) => input,
    });
    if (run.trajectory.space !== 'sigma') throw new Error('no sigmas');
    expect(run.trajectory.sigmas[0]).toBeCloseTo(4518.763, 2);
  });
});

describe('schedules of the web UI', () => {
  const rows = webuiRows<ScheduleRow>('schedules.json');
  const name = ({ schedule, sampler, steps, table, settings }: ScheduleRow) =>
    `${schedule}, ${sampler}, ${steps} steps, ${table}, ${JSON.stringify(settings)}`;
  it.each(rows.map((row) => [name(row), row] as const))('%s', (_, row) => {
    const sampler = findSampler(row.sampler);
    if (sampler?.space !== 'sigma') throw new Error(`${row.sampler} has no sigmas`);
    const trajectory = webuiSigmas({
      sampler,
      scheduleType: row.schedule,
      steps: row.steps,
      table: createNoiseTable(),
      architecture: row.table,
      settings: row.settings,
    });
    const isZeroSnr = row.settings.sd_noise_schedule === 'Zero Terminal SNR';
    // With rho 3 the last bit of the smallest sigma, which torch 2.15's square root has otherwise, is enlarged.
    const tolerance = row.settings.rho === 3 ? 3e-6 : 2e-6;
    expect(trajectory.sigmas).toHaveLength(row.sigmas.length);
    for (const [i, sigma] of row.sigmas.entries())
      expect(differs(trajectory.sigmas[i], sigma), `sigma ${i}`).toBeLessThan(isZeroSnr ? 1e-3 : tolerance);
    for (const [i, timestep] of row.timesteps.entries()) {
      const own = trajectory.timestepOf(trajectory.sigmas[i]!);
      expect(Math.abs(own - numberOf(timestep)), `timestep ${i}`).toBeLessThan(isZeroSnr ? 0.1 : 2e-3);
    }
  });
});

describe('timesteps of the web UI', () => {
  it.each(webuiRows<TimestepRow>('timestep-lists.json'))('$steps steps, discard $discard', (row) => {
    const own = webuiTimesteps(row.steps, row.discard);
    // The program divides by zero at 1001 steps.
    if (row.timesteps === undefined) expect(own.every(Number.isInteger)).toBe(true);
    else expect(own).toEqual(row.timesteps);
  });
});

describe('steps of image to image in the web UI', () => {
  const rows = webuiRows<StepRow>('img2img-steps.json');
  it.each(rows)('fix %s, %d steps at %d, hires %s', (fixSteps, steps, strength, hires, total, encoded) => {
    const settings: SamplingSettings = { img2img_fix_steps: fixSteps };
    const takesAllSteps = hires !== null;
    const request = { steps: hires ?? steps, strength, takesAllSteps, settings };
    expect(webuiSteps(request)).toEqual({ total, encoded });
    const run = startSampling({
      sampler: findSampler('Euler')!,
      scheduleType: 'Automatic',
      steps: request.steps,
      noise: createImageNoise({ kind: 'CPU', seed: 1, shape: [1, 1, 1] }),
      prediction: 'epsilon',
      training: STABLE_DIFFUSION_TRAINING,
      settings,
      start: { latents: new Float32Array(1), strength, takesAllSteps },
      predict: async (input) => input,
    });
    // A schedule of no steps leaves the image as it is.
    expect(run.of).toBe(total === 0 ? 0 : encoded + 1);
  });
});

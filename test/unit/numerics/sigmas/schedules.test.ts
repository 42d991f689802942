import { describe, expect, it } from 'vitest';
import {
  createNoiseTable,
  findSchedule,
  SCHEDULES,
  sigmaToTimestep,
  timestepToSigma,
} from '../../../../server/src/numerics/sigmas';
import { betaCumulative, betaQuantile } from '../../../../server/src/numerics/sigmas/quantile';
import { expectClose, golden } from '../../engine/golden';

interface Data {
  sigma_min: number;
  sigma_max: number;
  a1111_sigmas: Record<string, Record<string, number[]>>;
  sigma_to_t: { sigma: number; t: number }[];
  t_to_sigma: { t: number; sigma: number }[];
}
const data = golden<Data>('samplers/kdiffusion_golden.json');
const table = createNoiseTable();

/** The golden file's names, spelled for Python. */
const NAMES: Record<string, { name: string; architecture?: string }> = {
  'uniform(Automatic)': { name: 'Uniform' },
  align_your_steps_sd15: { name: 'Align Your Steps', architecture: 'sd1' },
  align_your_steps_sdxl: { name: 'Align Your Steps', architecture: 'sdxl' },
};

describe('noise table', () => {
  it('has the ends of Stable Diffusion', () => {
    expectClose([table.sigmaMin, table.sigmaMax], [data.sigma_min, data.sigma_max], 1e-7);
  });

  it.each(data.sigma_to_t)('sigma $sigma is timestep $t', ({ sigma, t }) => {
    expectClose([sigmaToTimestep(table, sigma)], [t], 1e-6);
  });

  it.each(data.t_to_sigma)('timestep $t is sigma $sigma', ({ t, sigma }) => {
    expectClose([timestepToSigma(table, t)], [sigma], 1e-6);
  });
});

describe.each(Object.entries(data.a1111_sigmas))('schedule %s', (key, byCount) => {
  const { name, architecture } = NAMES[key] ?? { name: key.replaceAll('_', ' ') };
  it.each(Object.entries(byCount))('%s steps', (steps, wanted) => {
    const sigmas = findSchedule(name)!.sigmas({ table, steps: Number(steps), architecture });
    expectClose(sigmas, wanted, 3e-7);
  });
});

describe('schedules', () => {
  it.each(SCHEDULES.map((schedule) => [schedule.name, schedule] as const))(
    '%s falls at any step count',
    (_, s) => {
      for (const steps of [1, 2, 3, 7, 50, 999]) {
        const sigmas = s.sigmas({ table, steps });
        expect(sigmas.every(Number.isFinite), `${steps}: ${sigmas}`).toBe(true);
        for (let i = 1; i < sigmas.length; i++) expect(sigmas[i]!).toBeLessThanOrEqual(sigmas[i - 1]!);
      }
    },
  );
});

describe('beta distribution', () => {
  it('inverts its cumulative function', () => {
    for (const p of [0.001, 0.1, 0.37, 0.5, 0.93, 0.9999])
      expectClose([betaCumulative(betaQuantile(p, 0.6, 0.6), 0.6, 0.6)], [p], 1e-12);
  });
  it('is the line for parameters 1, 1 and the arc sine law for 1/2, 1/2', () => {
    expectClose([betaQuantile(0.3, 1, 1)], [0.3], 1e-12);
    expectClose([betaQuantile(0.2, 0.5, 0.5)], [Math.sin((Math.PI * 0.2) / 2) ** 2], 1e-12);
  });
});

import { describe, expect, it } from 'vitest';
import { startSampling } from '../../../../server/src/engine/samplers';
import { createNoiseTable } from '../../../../server/src/numerics/sigmas';
import { expectClose, golden } from '../golden';
import { type Config, type Translated, translate } from './diffusersCases';

interface Step {
  t: number;
  scaled: number[];
  model_output: number[];
  prev_sample: number[];
  pred_original_sample?: number[];
  denoised?: number[];
  noise?: number[][];
}
interface Row {
  name: string;
  scheduler: string;
  config: Config;
  num_inference_steps: number;
  step_kwargs: { eta?: number; s_churn?: number };
  timesteps: number[];
  sigmas?: number[];
  init_noise_sigma: number;
  img2img?: { strength: number; t_start: number; noised: number[] };
  steps: Step[];
}
interface Data {
  meta: {
    x0: number[];
    init_latent: number[];
    add_noise: number[];
    alphas_cumprod_idx: number[];
    alphas_cumprod: number[];
    alphas_cumprod_zero_snr: number[];
  };
  runs: Row[];
  img2img_runs: Row[];
}
const data = golden<Data>('samplers/scheduler_steps_golden.json');
const TOLERANCE = 1e-5;

function translateRow(row: Row): Translated | string {
  if (row.step_kwargs.s_churn) return 'churn is no option of a prompt';
  if (row.scheduler === 'LMSDiscreteScheduler' && row.img2img)
    return 'started in the middle, diffusers weighs one direction as if it were the newest of four';
  return translate(row.scheduler, row.config);
}
const all = [...data.runs, ...data.img2img_runs].map((row) => ({ row, ours: translateRow(row) }));
const mine = all.filter((entry): entry is { row: Row; ours: Translated } => typeof entry.ours !== 'string');

describe('noise table of diffusers', () => {
  const { alphas_cumprod_idx: at, alphas_cumprod, alphas_cumprod_zero_snr } = data.meta;
  const training = {
    numTrainTimesteps: 1000,
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
  } as const;
  it.each([
    [false, alphas_cumprod],
    [true, alphas_cumprod_zero_snr],
  ])('zero terminal SNR: %s', (rescaleBetasZeroSnr, wanted) => {
    const table = createNoiseTable({ ...training, rescaleBetasZeroSnr }, 'single');
    expectClose(
      at.map((t) => table.alphasCumprod[t]!),
      wanted,
      1e-6,
    );
  });
});

describe('diffusers runs', () => {
  it('covers every scheduler that is a sampler here', () => {
    const left = all.filter((entry) => typeof entry.ours === 'string');
    for (const { row, ours } of left) expect(ours, row.name).not.toMatch(/^unknown/);
    expect(mine.length).toBeGreaterThan(left.length);
  });

  const name = (row: Row) => (row.img2img ? `${row.name} from an image` : row.name);
  it.each(mine.map(({ row, ours }) => [name(row), row, ours] as const))('%s', async (_, row, ours) => {
    const noises = row.steps.flatMap((step) => step.noise ?? []).map((values) => Float32Array.from(values));
    // The golden noise is one tensor per draw; the last step's is drawn by diffusers though it has no effect.
    const draw = () => noises.shift() ?? new Float32Array(64);
    let call = 0;
    const { steps, trajectory } = startSampling({
      ...ours,
      convention: 'diffusers',
      steps: row.num_inference_steps,
      eta: row.step_kwargs.eta,
      start: row.img2img && {
        latents: Float32Array.from(data.meta.init_latent),
        strength: row.img2img.strength,
      },
      noise: {
        first: () => Float32Array.from(row.img2img ? data.meta.add_noise : data.meta.x0),
        next: draw,
        brownian: () => draw,
      },
      async predict(input, timestep) {
        const wanted = row.steps[call++]!;
        expectClose([timestep], [wanted.t], TOLERANCE, `timestep of call ${call}`);
        expectClose(input, wanted.scaled, TOLERANCE, `input of call ${call}`);
        return Float32Array.from(wanted.model_output);
      },
    });
    if (trajectory.space === 'sigma' && ours.sampler.evaluations === 1 && row.sigmas) {
      const known = row.img2img ? row.sigmas.slice(row.img2img.t_start) : row.sigmas;
      expectClose(trajectory.sigmas, known, 2e-6, 'sigmas');
    }
    const predicted: Float32Array[] = [];
    let result = await steps.next();
    while (!result.done) {
      predicted.push(result.value.denoised);
      result = await steps.next();
    }
    expect(call).toBe(row.steps.length);
    expectClose(result.value, row.steps.at(-1)!.prev_sample, TOLERANCE, 'final');
    if (ours.sampler.evaluations === 1)
      for (const [i, { pred_original_sample: wanted }] of row.steps.entries())
        if (wanted) expectClose(predicted[i]!, wanted, TOLERANCE, `predicted picture of step ${i}`);
  });
});

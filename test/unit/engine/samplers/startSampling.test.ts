import { describe, expect, it } from 'vitest';
import {
  type Convention,
  combineGuidance,
  type ModelCall,
  rescaleGuidance,
  SAMPLERS,
  type SamplerStep,
  type SamplingRequest,
  startSampling,
} from '../../../../server/src/engine/samplers';
import { createImageNoise, type LatentShape } from '../../../../server/src/numerics/noise';
import { SCHEDULES, STABLE_DIFFUSION_TRAINING } from '../../../../server/src/numerics/sigmas';
import { createNoiseTable, timestepToSigma } from '../../../../server/src/numerics/sigmas/noiseTable';
import { expectClose } from '../golden';

const shape: LatentShape = [4, 3, 3];
const target = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
const table = createNoiseTable();

/** A model that knows the picture: its output is the noise that lies on it. */
function knowing(prediction: SamplingRequest['prediction'] = 'epsilon') {
  return async (input: Float32Array, timestep: number) => {
    const sigma = timestepToSigma(table, timestep);
    const [signal, spread] = [1 / Math.sqrt(sigma ** 2 + 1), sigma / Math.sqrt(sigma ** 2 + 1)];
    return input.map((value, i) => {
      const noise = (value - signal * target[i]!) / spread;
      return { epsilon: noise, v_prediction: signal * noise - spread * target[i]!, sample: target[i]! }[
        prediction
      ];
    });
  };
}

function request(sampler: string, changes: Partial<SamplingRequest> = {}): SamplingRequest {
  return {
    sampler: SAMPLERS.find(({ name }) => name === sampler)!,
    scheduleType: 'Automatic',
    steps: 8,
    noise: createImageNoise({ kind: 'CPU', seed: 5, shape }),
    prediction: 'epsilon',
    training: STABLE_DIFFUSION_TRAINING,
    predict: knowing(),
    ...changes,
  };
}

async function finish(run: ReturnType<typeof startSampling>) {
  const reports: SamplerStep[] = [];
  for (;;) {
    const result = await run.steps.next();
    if (result.done) return { latents: result.value, reports };
    reports.push(result.value);
  }
}

const names = SAMPLERS.map(({ name }) => name);
const isAdaptive = (name: string) => name === 'DPM adaptive';
const conventions: Convention[] = ['a1111', 'diffusers'];

describe.each(conventions)('convention %s', (convention) => {
  describe.each(names)('%s', (name) => {
    // Some runs end at the lowest noise level, not at none, and whole timesteps are a little off their noise level.
    const near = 0.15;

    it.each([1, 2, 3, 8, 20])('finds the picture a model knows in %d steps', async (steps) => {
      // The usual leading spacing puts a lone step at the clean end.
      const spacing = steps === 1 ? ({ timestepSpacing: 'trailing' } as const) : undefined;
      const run = startSampling(request(name, { convention, steps, spacing }));
      const { latents, reports } = await finish(run);
      expectClose(latents, target, near, 'latents');
      expectClose(reports.at(-1)!.denoised, target, near, 'picture');
      expect(reports.map(({ step }) => step)).toEqual(reports.map((_, i) => i));
      expect(reports.at(-1)!.of).toBe(reports.length);
      // How many steps an adaptive run takes is only known at its end.
      if (isAdaptive(name)) return;
      expect(reports.every(({ of }) => of === run.of)).toBe(true);
      expect(reports).toHaveLength(run.of);
    });

    it.each(['v_prediction', 'sample'] as const)('understands %s', async (prediction) => {
      const run = startSampling(request(name, { convention, prediction, predict: knowing(prediction) }));
      expectClose((await finish(run)).latents, target, near);
    });

    it('goes back only part of the way from an image', async () => {
      const calls: number[] = [];
      const predict: SamplingRequest['predict'] = async (input, timestep) => {
        calls.push(timestep);
        return knowing()(input, timestep);
      };
      const start = { latents: target, strength: 0.5 };
      const { latents } = await finish(startSampling(request(name, { convention, start, predict })));
      // diffusers' PNDM asks at timesteps one too late there.
      expectClose(latents, target, name === 'PLMS' && convention === 'diffusers' ? 0.3 : near);
      expect(Math.max(...calls)).toBeLessThan(980);
    });

    it('is the same run twice, and another one with another seed', async () => {
      const one = async (seed: number) => {
        const wavering: SamplingRequest['predict'] = async (input) => input.map((value) => Math.tanh(value));
        const noise = createImageNoise({ kind: 'NV', seed, shape });
        return (await finish(startSampling(request(name, { convention, noise, predict: wavering })))).latents;
      };
      expect(await one(1)).toEqual(await one(1));
      expect(await one(2)).not.toEqual(await one(1));
    });

    it('stops asking the model when nobody reads on', async () => {
      let asked = 0;
      const predict: SamplingRequest['predict'] = async (input, timestep) => {
        asked++;
        return knowing()(input, timestep);
      };
      const { steps } = startSampling(request(name, { convention, predict }));
      await steps.next();
      await steps.return(new Float32Array(0));
      const before = asked;
      expect((await steps.next()).done).toBe(true);
      expect(asked).toBe(before);
    });
  });
});

describe.each(SCHEDULES.map(({ name }) => name))('schedule %s', (scheduleType) => {
  it.each(names)('suits %s', async (name) => {
    const { latents } = await finish(startSampling(request(name, { scheduleType, steps: 12 })));
    // The last level of a consistency model is 0.1, and KL Optimal ends with its noise.
    expectClose(latents, target, name === 'LCM' && scheduleType === 'KL Optimal' ? 0.5 : 0.15);
  });
});

describe('a run', () => {
  it('starts from noise of the first level, and asks at fractional timesteps', async () => {
    const calls: { input: Float32Array; timestep: number; call: ModelCall }[] = [];
    const predict: SamplingRequest['predict'] = async (input, timestep, call) => {
      calls.push({ input, timestep, call });
      return knowing()(input, timestep);
    };
    await finish(startSampling(request('Heun', { scheduleType: 'Karras', steps: 4, predict })));
    const first = createImageNoise({ kind: 'CPU', seed: 5, shape }).first();
    const { sigmaMax } = table;
    expectClose(
      calls[0]!.input,
      first.map((value) => (value * sigmaMax) / Math.sqrt(sigmaMax ** 2 + 1)),
      1e-6,
    );
    expect(calls.map(({ call }) => call.step)).toEqual([0, 0, 1, 1, 2, 2, 3]);
    expect(calls.map(({ call }) => call.evaluation)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(calls[1]!.timestep % 1).not.toBe(0);
  });

  it('asks at whole timesteps in the diffusers convention', async () => {
    const timesteps: number[] = [];
    const predict: SamplingRequest['predict'] = async (input, timestep) => {
      timesteps.push(timestep);
      return knowing()(input, timestep);
    };
    await finish(
      startSampling(request('DPM++ 2M', { convention: 'diffusers', scheduleType: 'Karras', predict })),
    );
    expect(timesteps.every(Number.isInteger)).toBe(true);
  });

  it('places the timesteps of LCM as it was distilled', async () => {
    const timesteps: number[] = [];
    const predict: SamplingRequest['predict'] = async (input, timestep) => {
      timesteps.push(timestep);
      return knowing()(input, timestep);
    };
    await finish(startSampling(request('LCM', { steps: 4, predict })));
    expect(timesteps).toEqual([999, 679, 339, 19]);
    timesteps.length = 0;
    await finish(startSampling(request('LCM', { steps: 4, predict, convention: 'diffusers' })));
    expect(timesteps).toEqual([999, 759, 499, 259]);
  });

  it('has the web UI’s step counts of DDIM: one step fewer than timesteps', () => {
    expect(startSampling(request('DDIM', { steps: 20 })).of).toBe(19);
    expect(startSampling(request('DDIM', { steps: 30 })).of).toBe(30);
    expect(startSampling(request('DDIM', { steps: 20, convention: 'diffusers' })).of).toBe(20);
  });

  it('takes all its steps from an image where it is told to, as the web UI’s hires fix', () => {
    const from = (sampler: string, strength: number, takesAllSteps?: boolean) =>
      startSampling(request(sampler, { steps: 10, start: { latents: target, strength, takesAllSteps } }));
    for (const name of ['Euler', 'DPM++ 2M', 'DPM2', 'LCM']) {
      expect(from(name, 0.3).of, name).toBe(4);
      expect(from(name, 0.3, true).of, name).toBe(10);
      expect(from(name, 1, true).of, name).toBe(10);
    }
    // A schedule of 33 steps, of which the last ten are taken.
    const { trajectory } = from('Euler', 0.3, true);
    const whole = startSampling(request('Euler', { steps: 33 })).trajectory;
    if (trajectory.space !== 'sigma' || whole.space !== 'sigma') throw new Error('timesteps');
    expect(trajectory.sigmas).toEqual(whole.sigmas.slice(-11));
    expect(from('DDIM', 0.3, true).of).toBe(8);
  });

  it('leaves an image as it is where no step is left', async () => {
    for (const name of ['Euler', 'DDIM', 'LCM', 'TCD']) {
      const start = { latents: target, strength: 0.1 };
      const run = startSampling(request(name, { steps: 4, convention: 'diffusers', start }));
      expect(run.of, name).toBe(0);
      expectClose((await finish(run)).latents, target, 1e-6, name);
    }
  });

  it('stays finite where the rounding of timesteps makes neighbours equal', async () => {
    const predict = async (x: Float32Array) => x.map(Math.tanh);
    for (const name of names) {
      if (isAdaptive(name)) continue;
      const changes = { steps: 1000, convention: 'diffusers', scheduleType: 'Uniform', predict } as const;
      const { latents } = await finish(startSampling(request(name, changes)));
      expect(latents.every(Number.isFinite), name).toBe(true);
    }
  });

  it('survives a model with no signal at its last timestep', async () => {
    const training = { ...STABLE_DIFFUSION_TRAINING, rescaleBetasZeroSnr: true };
    for (const convention of conventions)
      for (const name of ['Euler', 'DPM++ 2M', 'DDIM', 'UniPC']) {
        const changes = {
          convention,
          training,
          prediction: 'v_prediction',
          predict: async (x: Float32Array) => x,
        } as const;
        const { latents } = await finish(startSampling(request(name, changes)));
        expect(latents.every(Number.isFinite), `${name}, ${convention}`).toBe(true);
      }
  });
});

describe('guidance', () => {
  const [u, c, d] = [
    [1, 2],
    [3, -2],
    [0, 10],
  ].map((values) => Float32Array.from(values));
  it('moves from the unconditioned output past the conditioned one', () => {
    expectClose(combineGuidance(u!, [{ output: c!, weight: 1 }], 7), [1 + 7 * 2, 2 + 7 * -4], 1e-6);
    expectClose(combineGuidance(u!, [{ output: c!, weight: 1 }], 1), c!, 1e-6);
  });
  it('adds up the parts of a composition by weight', () => {
    const parts = [
      { output: c!, weight: 1 },
      { output: d!, weight: -0.5 },
    ];
    expectClose(combineGuidance(u!, parts, 2), [1 + 2 * 2 - 1 * -1, 2 + 2 * -4 - 1 * 8], 1e-6);
  });
  it('pulls the contrast back to that of the conditioned output', () => {
    const guided = Float32Array.from([-4, 4, 0, 8]);
    const conditioned = Float32Array.from([-1, 1, 0, 2]);
    expectClose(rescaleGuidance(guided, conditioned, 1), [-1, 1, 0, 2], 1e-6);
    expectClose(rescaleGuidance(guided, conditioned, 0.5), [-2.5, 2.5, 0, 5], 1e-6);
    expect(rescaleGuidance(guided, conditioned, 0)).toBe(guided);
  });
});

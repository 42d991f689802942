import { describe, expect, it } from 'vitest';
import {
  findSampler,
  guidedOutput,
  type ModelCall,
  startSampling,
} from '../../../server/src/engine/samplers';
import { lengthenedConditions } from '../../../server/src/engine/samplers/conditionLength';
import { phaseIndex } from '../../../server/src/numerics/conditioning';
import { createImageNoise, type NoiseKind } from '../../../server/src/numerics/noise';
import { STABLE_DIFFUSION_TRAINING } from '../../../server/src/numerics/sigmas';
import type { SamplingSettings } from '../../../server/src/shared/samplingSettings';
import { golden } from '../engine/golden';
import { offBy, type Written, webuiRows } from './data';

type Phase = [lastStep: number, value: number, rows: number];
interface Row {
  id: string;
  sampler: string;
  schedule: string;
  steps: number;
  cfg: number;
  seed: number;
  prediction: 'eps' | 'v';
  settings: SamplingSettings & { randn_source?: NoiseKind; eta_noise_seed_delta?: number };
  cond: (Phase | number)[][];
  uncond: Phase[];
  strength?: number;
  init?: number[];
  hiresSteps?: number;
  sigmas?: Written[];
  calls?: [timestep: Written, batch: number][];
  final?: Written[];
  error?: string;
}

/** Options of the program that no sampler sees: how many conditions are put into one run of the network. */
const OTHER_BATCHES = new Set(['split cond and uncond']);
const EMPTY = { rows: 77, value: 0.1 };

/** Conditioning of the toy: its rows are filled with one value each. */
function hidden(parts: readonly { rows: number; value: number }[]) {
  const values = parts.flatMap(({ rows, value }) => Array<number>(rows).fill(value));
  return { hidden: Float32Array.from(values), tokens: values.length };
}

/** The toy of the file's header in the network's place. */
function toy(input: Float32Array, timestep: number, condition: Float32Array): Float32Array {
  const mean = condition.reduce((sum, value) => sum + value, 0) / condition.length;
  return input.map((x) => 0.8 * Math.tanh(0.9 * x + 0.001 * timestep) + 0.15 * Math.cos(3 * x) + 0.2 * mean);
}

async function run(row: Row) {
  const { settings } = row;
  const sampler = findSampler(row.sampler);
  if (!sampler) throw new Error(`no sampler ${row.sampler}`);
  const calls: { timestep: number; batch: number }[] = [];
  const inForce = (phases: readonly Phase[], call: ModelCall) => {
    const [, value, rows] =
      phases[
        phaseIndex(
          phases.map(([end]) => end),
          call,
        )
      ]!;
    return hidden([{ value, rows }]);
  };
  const noise = createImageNoise({
    kind: settings.randn_source ?? 'CPU',
    seed: row.seed,
    shape: [4, 3, 3],
    ensd: settings.eta_noise_seed_delta ?? 0,
  });
  const prepared = startSampling({
    sampler,
    scheduleType: row.schedule,
    steps: row.hiresSteps ?? row.steps,
    noise,
    prediction: row.prediction === 'v' ? 'v_prediction' : 'epsilon',
    training: STABLE_DIFFUSION_TRAINING,
    settings,
    ...(row.init && {
      start: {
        latents: Float32Array.from(row.init),
        strength: row.strength!,
        takesAllSteps: row.hiresSteps !== undefined,
      },
    }),
    async predict(input, timestep, call) {
      const parts = row.cond.map((part) => ({
        condition: inForce(part.slice(0, -1) as Phase[], call),
        weight: part.at(-1) as number,
      }));
      const { positive, negative } = lengthenedConditions(
        parts.map(({ condition }) => condition),
        inForce(row.uncond, call),
        settings,
        hidden([EMPTY]),
      );
      const outputs = positive.map((condition, i) => ({
        output: toy(input, timestep, condition.hidden),
        weight: parts[i]!.weight,
      }));
      const isTogether = call.leavesOutNegative || positive[0]!.tokens === negative.tokens;
      if (isTogether) calls.push({ timestep, batch: positive.length + (call.leavesOutNegative ? 0 : 1) });
      else calls.push({ timestep, batch: positive.length }, { timestep, batch: 1 });
      const against = call.leavesOutNegative ? undefined : toy(input, timestep, negative.hidden);
      return guidedOutput(against, outputs, row.cfg, call);
    },
  });
  let result = await prepared.steps.next();
  while (!result.done) result = await prepared.steps.next();
  return { prepared, calls, final: result.value };
}

const rows = webuiRows<Row>('sampler-runs.json');

describe('whole runs of the web UI', () => {
  it('draws the same first noise', () => {
    const { firstNoise } = golden<{ firstNoise: Record<string, number[]> }>('a1111-real/sampler-runs.json');
    for (const [name, wanted] of Object.entries(firstNoise)) {
      const [kind, seed] = name.split(':') as [NoiseKind, string];
      const { first } = createImageNoise({ kind, seed: Number(seed), shape: [4, 3, 3] });
      expect(offBy(first(), wanted), name).toBeLessThan(1e-6);
    }
  });

  it.each(rows.filter(({ error }) => !error).map((row) => [row.id, row] as const))('%s', async (_, row) => {
    const { prepared, calls, final } = await run(row);
    const isZeroSnr = row.settings.sd_noise_schedule === 'Zero Terminal SNR';
    const tolerance = isZeroSnr ? 1e-3 : 1e-4;
    if (row.sigmas && row.init === undefined && prepared.trajectory.space === 'sigma')
      expect(offBy(prepared.trajectory.sigmas, row.sigmas), 'sigmas').toBeLessThan(isZeroSnr ? 1e-3 : 2e-6);
    if (!OTHER_BATCHES.has(row.id)) {
      expect(calls.map(({ batch }) => batch)).toEqual(row.calls!.map(([, batch]) => batch));
      const timesteps = calls.map(({ timestep }) => timestep);
      const wanted = row.calls!.map(([timestep]) => timestep);
      expect(offBy(timesteps, wanted), 'timesteps').toBeLessThan(isZeroSnr ? 1e-3 : 1e-5);
    }
    expect(offBy(final, row.final!), 'final').toBeLessThan(tolerance);
  });

  it('lowers the order of UniPC where the web UI stops with an error', async () => {
    const refused = rows.filter(({ error }) => error);
    expect(refused.length).toBeGreaterThan(0);
    for (const row of refused) {
      expect(row.error).toContain('UniPC order must be < sampling steps');
      expect((await run(row)).final.every(Number.isFinite), row.id).toBe(true);
    }
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../server/src/engine/engine';
import { InferenceSession } from '../../server/src/engine/runtime/session';
import type { GenerationPlan } from '../../server/src/shared/plan';
import { writeLargeModel } from './support/largeModel';
import { loadLine, median, versus } from './support/measure';

const LIMIT = 1.03;
const STEPS = 20;

/**
 * `npm run bench -- loop [--large | --model FOLDER] [--size PIXELS] [--sampler NAME] [--smoke]`: what a render of 20 steps takes
 * beyond the runtime's own work: its time, from a loaded model to the file on disk, over the sum of its session runs,
 * both taken in the same run. A step picture is made with every step. `--large` makes a UNet of Stable Diffusion 1.5's size,
 * which the target is for; without it, or a model, the built-in one draws, whose steps are so short that everything around
 * them shows.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      large: { type: 'boolean' },
      size: { type: 'string' },
      sampler: { type: 'string' },
      smoke: { type: 'boolean' },
    },
    strict: false,
  });
  const scratch = mkdtempSync(path.join(tmpdir(), 'sdprompt-bench-'));
  const builtIn = path.resolve('media/demo-model');
  const given = typeof values.model === 'string' || values.large === true;
  const model =
    values.large === true
      ? path.join(scratch, 'large')
      : path.resolve(typeof values.model === 'string' ? values.model : builtIn);
  if (values.large === true) writeLargeModel(model, builtIn);
  const size = Number(values.size ?? (given ? 512 : 96));
  const samplers = values.sampler === undefined ? ['Euler', 'DPM++ 2M SDE'] : [String(values.sampler)];
  const rounds = values.smoke === true ? 1 : given ? 2 : 6;
  const engine = createEngine((_, message) => console.log(message));
  const clock = clockRuns();
  try {
    console.log(`${path.basename(model)}, ${size}×${size}, ${STEPS} steps, ${loadLine()}`);
    for (const sampler of samplers) {
      const whole: number[] = [];
      const loop: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        clock.reset();
        const { total, steps } = await render(engine, planOf(model, sampler, size), scratch, clock);
        if (round === 0) continue;
        whole.push(total / clock.sum());
        loop.push(steps);
      }
      console.log(versus(`${sampler}: render/runs`, median(whole), LIMIT, 'at most'));
      console.log(`${sampler}: sampling/runs: ${median(loop).toFixed(3)}`);
    }
    return 0;
  } finally {
    clock.restore();
    await engine.unload();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Milliseconds of a render without loading, and its sampling over the runs of it. */
async function render(
  engine: ReturnType<typeof createEngine>,
  plan: GenerationPlan,
  scratch: string,
  clock: ReturnType<typeof clockRuns>,
): Promise<{ total: number; steps: number }> {
  let start = 0;
  let before = 0;
  let end = 0;
  let after = 0;
  const outcome = await engine.generate(
    plan,
    { threads: 0, mergeStrategy: 'auto', previewEvery: 1, idleUnloadMs: 0 },
    path.join(scratch, 'picture.png'),
    {
      isCancelled: () => false,
      progress({ phase, step }) {
        if (phase === 'sample' && step === 0) {
          start = performance.now();
          before = clock.sum();
        } else if (phase === 'decode') {
          end = performance.now();
          after = clock.sum();
        }
      },
    },
  );
  if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
  const { total = 0, load = 0 } = outcome.result.timings;
  return { total: total - load, steps: (end - start) / (after - before) };
}

/** Adds up the time between asking a session to run and having its outputs. */
function clockRuns() {
  const { prototype } = InferenceSession as unknown as {
    prototype: { run(...args: unknown[]): Promise<unknown> };
  };
  const own = prototype.run;
  let sum = 0;
  prototype.run = async function (...args) {
    const start = performance.now();
    try {
      return await own.apply(this, args);
    } finally {
      sum += performance.now() - start;
    }
  };
  return {
    sum: () => sum,
    reset: () => {
      sum = 0;
    },
    restore: () => {
      prototype.run = own;
    },
  };
}

function planOf(model: string, sampler: string, size: number): GenerationPlan {
  const prompt = (text: string) => ({
    subprompts: [{ weight: 1, schedule: [{ endStep: STEPS, runs: [[text, 1] as const] }] }],
  });
  return {
    version: 1,
    model: { name: 'bench', path: model },
    positive: prompt('a red house in a meadow'),
    negative: prompt('blurry'),
    loras: [],
    parameters: {
      ...{
        steps: STEPS,
        sampler,
        scheduleType: 'Automatic',
        cfgScale: 7,
        seed: 42,
        width: size,
        height: size,
      },
      ...{ clipSkip: 1, emphasis: 'Original', rng: 'CPU', ensd: 0 },
    },
    infotext: '',
  };
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { SINGLE_FILES } from '../unit/formats/checkpointLayouts';
import { writeCheckpoint } from './support/checkpoints';
import { buildWorker, loadLine, median, quantile, timed, versus } from './support/measure';
import type { Measured } from './workers/checkpoint';
import type { Pair } from './workers/checkpointPair';

const DEMO = path.resolve('media/demo-model');

/**
 * `npm run bench -- checkpoint [--model=sd1|sd2|sdxl|sdxl-refiner|ssd-1b|FILE] [--size=512] [--f32] [--smoke]`: what it
 * costs to start from a checkpoint. Without a model: the built-in one as a checkpoint, against the same weights as it was
 * exported. With a family's name: a checkpoint of that family's real size and layout, full of random weights, is made in
 * the system's temporary folder (2 to 14 GB), loaded, run for a step and removed.
 */
export async function run(args: readonly string[]): Promise<number> {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const isSmoke = args.includes('--smoke');
  const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-bench-'));
  const worker = await buildWorker('checkpoint');
  const measure = async (model: string, size: string, steps: number): Promise<Measured> => {
    const { code, stdout } = await timed(worker, [model, size, String(steps)]);
    if (code !== 0) throw new Error(`${model} could not be run`);
    return JSON.parse(stdout) as Measured;
  };
  try {
    const model = option('model');
    if (model !== undefined) {
      const layout = Object.hasOwn(SINGLE_FILES, model) ? SINGLE_FILES[model] : undefined;
      const file = layout ? path.join(folder, `${model}.safetensors`) : model;
      if (layout) {
        const bytes = writeCheckpoint(file, layout(), args.includes('--f32') ? 'F32' : 'F16');
        console.log(`${model}: ${(bytes / 2 ** 30).toFixed(2)} GiB of random weights, ${loadLine()}`);
      }
      return report(await measure(file, option('size') ?? '512', 2));
    }
    return await againstExport(folder, isSmoke);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(worker, { force: true });
  }
}

function report(seen: Measured): number {
  const seconds = (wall: number, cpu: number) => `${wall.toFixed(1)} s (${cpu.toFixed(1)} s of CPU)`;
  const own = seen.own === undefined ? '' : `${seen.own.toFixed(0)} MiB of its own, `;
  console.log(`load        ${seconds(seen.load, seen.loadCpu)}`);
  console.log(`first step  ${seconds(seen.firstStep, seen.firstStepCpu)} after loading began`);
  console.log(`step        ${seconds(seen.step, seen.stepCpu)}`);
  console.log(`decode      ${seconds(seen.decode, seen.decodeCpu)}`);
  console.log(`encode      ${seconds(seen.encode, seen.encodeCpu)}`);
  console.log(`loaded      ${own}peak ${seen.peakLoading.toFixed(0)} MiB resident`);
  console.log(`in all      peak ${seen.peak.toFixed(0)} MiB resident`);
  if (!seen.finite) console.log('some of what came out is no number');
  return seen.finite ? 0 : 1;
}

/**
 * The built-in model from its exported folder and from a checkpoint of the same weights in the same type, halves, both in
 * one process and on one thread, in turns: what else the machine does then disturbs both alike.
 */
async function againstExport(folder: string, isSmoke: boolean): Promise<number> {
  const checkpoint = path.join(folder, 'demo.safetensors');
  writeFileSync(checkpoint, checkpointOf(DEMO, { dtype: 'F16', architecture: 'demo' }));
  console.log(`the built-in model, 96×96, one thread, ${loadLine()}`);
  const worker = await buildWorker('checkpointPair');
  try {
    const [rounds, steps] = isSmoke ? [1, 2] : [7, 30];
    const { code, stdout } = await timed(worker, [DEMO, checkpoint, '96', String(rounds), String(steps)]);
    if (code !== 0) throw new Error('the models could not be run');
    const pair = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Pair;
    const spread = (values: readonly number[]) =>
      `half of them between ${quantile(values, 0.25).toFixed(2)} and ${quantile(values, 0.75).toFixed(2)}`;
    const line = (name: string, values: readonly number[], limit: number) =>
      console.log(`${versus(name, median(values), limit, 'at most')}, ${spread(values)}`);
    line('CPU time to first step, checkpoint/export', pair.firstStepCpu, 1.2);
    line('CPU time of a step, checkpoint/export', pair.stepCpu, 1);
    console.log(
      `of the clock: first step ${median(pair.firstStep).toFixed(2)}, step ${median(pair.step).toFixed(2)}`,
    );
    return 0;
  } finally {
    rmSync(worker, { force: true });
  }
}

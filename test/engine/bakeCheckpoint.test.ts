import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { bake } from '../../server/src/engine/jobs/bake/index';
import type { BakePlan } from '../../server/src/shared/bake';
import { temporaryFolder } from '../unit/engine/support';
import { readFile } from './safetensorsFile';
import { DEMO, lora, OPTIONS, QUIET, renderer } from './support';

const folder = temporaryFolder();
const model = path.join(folder, 'demo.safetensors');
beforeAll(() => writeFileSync(model, checkpointOf(DEMO, { dtype: 'F32', architecture: 'demo' })));

const planOf = (output: string, changes: Partial<BakePlan> = {}): BakePlan => ({
  model: { name: 'demo', path: model },
  loras: [lora('mira', 1)],
  output: path.join(folder, output),
  precision: 'stored',
  ...changes,
});

describe('a checkpoint with LoRAs merged into it', () => {
  it('differs in the weights they change and in no other byte', async () => {
    const plan = planOf('merged.safetensors');
    const outcome = await bake(plan, OPTIONS, () => {}, QUIET);
    expect(outcome).toMatchObject({
      type: 'done',
      result: { changed: 84, bytes: readFileSync(model).length },
    });
    const [before, after] = [readFile(model), readFile(plan.output)];
    expect(after.header).toEqual(before.header);
    expect(after.metadata).toEqual(before.metadata);
    const changed = [...before.tensors].filter(
      ([name, bytes]) => !Buffer.from(bytes).equals(after.tensors.get(name)!),
    );
    expect(changed).toHaveLength(84);
    expect(changed.every(([name]) => /^model\.diffusion_model\..*\.weight$/.test(name))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('draws what the LoRAs draw', async () => {
    const { engine, render } = renderer(folder);
    const merged = await render({ modelPath: path.join(folder, 'merged.safetensors') });
    const applied = await render({ modelPath: model, loras: [lora('mira', 1)] });
    await engine.unload();
    expect(merged.latentsSha256).toBe(applied.latentsSha256);
  });

  it('is not written at all after a cancel', async () => {
    const plan = planOf('cancelled.safetensors');
    const outcome = await bake(plan, OPTIONS, () => {}, { ...QUIET, isCancelled: () => true });
    expect(outcome.type).toBe('cancelled');
    expect(existsSync(plan.output)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is written once by two merges at the same time, and never mixed', async () => {
    const alone = planOf('alone.safetensors', { loras: [lora('mira', 0.5)] });
    await bake(alone, OPTIONS, () => {}, QUIET);
    const both = await Promise.all(
      [1, 0.5].map((weight) =>
        bake(planOf('twice.safetensors', { loras: [lora('mira', weight)] }), OPTIONS, () => {}, QUIET),
      ),
    );
    const codes = both.map((outcome) => (outcome.type === 'failed' ? outcome.problem.code : outcome.type));
    expect(codes.sort()).toEqual(['done', 'merge-busy']);
    const expected = both[0]?.type === 'done' ? 'merged.safetensors' : 'alone.safetensors';
    const bytesOf = (name: string) => readFileSync(path.join(folder, name));
    expect(bytesOf('twice.safetensors').equals(bytesOf(expected))).toBe(true);
  });

  it('leaves a file of the user’s called .NAME.partial alone', async () => {
    const mine = path.join(folder, '.kept.safetensors.partial');
    writeFileSync(mine, 'mine');
    const outcome = await bake(planOf('kept.safetensors'), OPTIONS, () => {}, QUIET);
    expect(outcome.type).toBe('done');
    expect(readFileSync(mine, 'utf8')).toBe('mine');
  });

  it('keeps its types: --exact is refused for half precision', async () => {
    const half = path.join(folder, 'half.safetensors');
    writeFileSync(half, checkpointOf(DEMO, { dtype: 'F16', architecture: 'demo' }));
    const plan = planOf('exact.safetensors', { model: { name: 'half', path: half }, precision: 'computed' });
    const outcome = await bake(plan, OPTIONS, () => {}, QUIET);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'merge-destination' } });
    expect(existsSync(plan.output)).toBe(false);
  });
});

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkMemory, weighModel } from '../../server/src/engine/model/memory';
import { assemble, editGraph, encode, memorySource, readModel } from '../../server/src/formats/onnx/index';
import { temporaryFolder } from '../unit/engine/support';
import { DEMO, OPTIONS, planFor, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine } = renderer(folder);
afterAll(() => engine.unload());

const GB = 2 ** 30;

/** The built-in model with an operator put behind the last node of one of its graphs. */
function withOperator(part: string, opType: string, domain: string): string {
  const copy = path.join(folder, `${part}-${opType}`);
  cpSync(DEMO, copy, { recursive: true });
  const file = path.join(copy, part, 'model.onnx');
  const read = readModel(memorySource(readFileSync(file)));
  if (!read.ok) throw new Error(read.problem.message);
  const last = read.value.nodes.length - 1;
  const node = encode.node(opType, [read.value.nodes[last]!.outputs[0]!], ['unused'], 'fused', [], domain);
  const edits = { insertAfter: new Map([[last, [node]]]) };
  writeFileSync(file, assemble(editGraph(read.value, edits), read.value.source));
  return copy;
}

describe('a graph that was fused for a GPU', () => {
  it.each([
    ['unet', 'GroupNorm', 'com.microsoft', 'GroupNorm'],
    ['vae_decoder', 'NhwcConv', 'com.microsoft', 'NhwcConv'],
    ['text_encoder', 'Fused', 'com.microsoft.dml', 'com.microsoft.dml.Fused'],
  ])('is refused before anything is loaded: %s with %s', async (part, opType, domain, named) => {
    const modelPath = withOperator(part, opType, domain);
    const phases: string[] = [];
    const hooks = { ...QUIET, progress: ({ phase }: { phase: string }) => phases.push(phase) };
    const outcome = await engine.generate(planFor({ modelPath }), OPTIONS, path.join(folder, 'x.png'), hooks);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'model-gpu-only' } });
    expect(outcome.type === 'failed' && outcome.problem.message).toContain(named);
    expect(phases).toEqual(['load']);
  });

  it.skipIf(process.platform === 'win32')(
    'is refused with the provider `auto`, which is the CPU here',
    async () => {
      const modelPath = withOperator('unet', 'SkipGroupNorm', 'com.microsoft');
      const options = { ...OPTIONS, provider: 'auto' as const };
      const outcome = await engine.generate(
        planFor({ modelPath }),
        options,
        path.join(folder, 'x.png'),
        QUIET,
      );
      expect(outcome).toMatchObject({ problem: { code: 'model-gpu-only' } });
    },
  );

  it('is distinguished from operators that the CPU provider has', () => {
    const file = path.join(withOperator('unet', 'FastGelu', 'com.microsoft'), 'unet', 'model.onnx');
    expect(weighModel([file]).ok).toBe(true);
  });
});

it('a model that was closed for one that cannot be opened is opened again', async () => {
  const broken = path.join(folder, 'broken');
  cpSync(DEMO, broken, { recursive: true });
  // Reads well and fails to open: no node has the output that the new node reads.
  const file = path.join(broken, 'unet', 'model.onnx');
  const read = readModel(memorySource(readFileSync(file)));
  if (!read.ok) throw new Error(read.problem.message);
  const edits = { insertAfter: new Map([[0, [encode.node('Relu', ['nowhere'], ['unused'], 'dangling')]]]) };
  writeFileSync(file, assemble(editGraph(read.value, edits), read.value.source));
  const generate = (modelPath: string, name: string) =>
    engine.generate(planFor({ modelPath }), OPTIONS, path.join(folder, name), QUIET);
  expect((await generate(DEMO, 'a.png')).type).toBe('done');
  expect(await generate(broken, 'b.png')).toMatchObject({ problem: { code: 'model-not-loadable' } });
  expect((await generate(DEMO, 'c.png')).type).toBe('done');
});

describe('memory', () => {
  it('is counted by the weights as they run', () => {
    const encoder = path.join(DEMO, 'text_encoder', 'model.onnx');
    // 192 thousand weights, stored as halves and used as floats.
    const weight = weighModel([encoder]);
    expect(weight.ok && weight.value).toBeGreaterThan(500_000);
    expect(weight.ok && weight.value).toBeLessThan(1_000_000);
  });

  it('refuses what can never fit and warns of what does not fit now', () => {
    expect(checkMemory(4 * GB, { total: 8 * GB, free: 6 * GB })).toEqual({ ok: true, value: {} });
    expect(checkMemory(7 * GB, { total: 8 * GB, free: 6 * GB })).toMatchObject({
      value: { warning: expect.stringMatching(/7\.0 GB.*6\.0 GB/) },
    });
    expect(checkMemory(9 * GB, { total: 8 * GB, free: 6 * GB })).toMatchObject({
      problem: { code: 'model-too-large', message: expect.stringMatching(/9\.0 GB.*8\.0 GB/) },
    });
  });
});

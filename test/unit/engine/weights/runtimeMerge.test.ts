import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelFile, openModelFile } from '../../../../server/src/engine/graph/modelFile';
import {
  type AppliedLora,
  assign,
  indexSlots,
  type SlotChange,
} from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime, type Runtime } from '../../../../server/src/engine/runtime/session';
import { type SlotArray, slotArray } from '../../../../server/src/engine/weights/merged/float64Merge';
import { openRuntimeMerge } from '../../../../server/src/engine/weights/merged/runtimeMerge';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import { failure } from '../../../../server/src/shared/problem';
import { fixturePath } from '../../onnx/support';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';

const folder = temporaryFolder();
let file: ModelFile;
let lora: AppliedLora;
let matrices: readonly number[];

beforeAll(() => {
  const opened = openModelFile(path.resolve(fixturePath('op17')));
  if (!opened.ok) throw new Error(opened.problem.message);
  file = opened.value;
  matrices = [...file.slots.keys()].filter((index) => isMatrix(file.slots[index]!));
  const tensors: Record<string, WrittenTensor> = {};
  for (const index of matrices) {
    const { path: module, shape } = file.slots[index]!;
    const [out, ...inner] = shape;
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    const width = inner.reduce((a, b) => a * b, 1);
    tensors[`${key}.lora_down.weight`] = { shape: [1, ...inner], data: numbers(width, index) };
    tensors[`${key}.lora_up.weight`] = {
      shape: [out!, 1, ...inner.slice(1).map(() => 1)],
      data: numbers(out!, index + 99),
    };
  }
  const network = openLoraFile(write(folder, 'all.safetensors', safetensors(tensors)), 'all');
  if (!network.ok) throw new Error(network.problem.message);
  lora = { name: 'all', file: network.value, te: 0, unet: 0.5 };
});
afterAll(() => file.close());

/** Merges the network into every matrix. */
async function merged(runtime: Runtime, mostOpened?: number) {
  const mergers = await openRuntimeMerge(runtime, file, matrices, { mostOpened });
  if (!mergers.ok) throw new Error(mergers.problem.message);
  const opened = runtime.created;
  const arrays = new Map<number, SlotArray>(matrices.map((index) => [index, slotArray(file.slots[index]!)]));
  await mergers.value.run(
    assign([lora], { unet: indexSlots(file.slots) }).changes.unet,
    (index) => arrays.get(index)!,
  );
  await mergers.value.release();
  return { opened, arrays };
}

describe('merge sessions', () => {
  it('are opened from the start, or when they are needed where there would be too many', async () => {
    const early = createRuntime(1);
    const late = createRuntime(1);
    const [eager, lazy] = [await merged(early), await merged(late, 0)];
    expect([eager.opened > 0, eager.opened === early.created]).toEqual([true, true]);
    expect([lazy.opened, late.created]).toEqual([0, early.created]);
    expect(lazy.arrays).toEqual(eager.arrays);
  });

  it('are not needed: weights are merged in float64 where none can be opened', async () => {
    const none: Runtime = {
      created: 0,
      provider: 'cpu',
      open: async () => failure('model-not-loadable', 'No.', 'None.'),
    };
    const [slow, fast] = [await merged(none, 0), await merged(createRuntime(1))];
    for (const index of matrices) {
      const [own, other] = [slow, fast].map(({ arrays }) => arrays.get(index) as Float32Array);
      expect(distance(own!, other!)).toBeLessThan(1e-6);
    }
  });

  it('report what did not fit where none can be opened, and merge it again at the next bind', async () => {
    const [index] = matrices;
    const misfit = failure('lora-shape', 'does not fit', 'None.');
    const slot = file.slots[index!]!;
    const source = lora.file.modules.find(({ source: { name } }) =>
      name.endsWith(slot.path.replaceAll('.', '_')),
    )!;
    // Its tensors fit when the merge is planned, and no longer when they are read.
    const module = { ...source, isLowRank: true, tensors: { has: () => false, get: () => undefined } };
    const change = { lora, module, strength: 1 } as unknown as SlotChange;
    let opens = 0;
    const none: Runtime = {
      created: 0,
      provider: 'cpu',
      open: async () => {
        opens++;
        return misfit;
      },
    };
    const merge = await openRuntimeMerge(none, file, [index!], { mostOpened: 0 });
    if (!merge.ok) throw new Error(merge.problem.message);
    const array = slotArray(slot);
    const run = () => merge.value.run(new Map([[index!, [change]]]), () => array);
    const first = await run();
    expect(first.failures.map(({ reason }) => reason)).toEqual([
      `${source.source.name}: its tensors are of no known kind`,
    ]);
    expect(first.incomplete).toEqual([index]);
    expect((await run()).incomplete).toEqual([index]);
    expect(opens).toBe(2);
  });
});

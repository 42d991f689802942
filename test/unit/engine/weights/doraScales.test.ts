import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelFile, openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime } from '../../../../server/src/engine/runtime/session';
import { mergeFloat64, slotArray } from '../../../../server/src/engine/weights/merged/float64Merge';
import { type MergedStore, openMergedStore } from '../../../../server/src/engine/weights/merged/store';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import { fixturePath } from '../../onnx/support';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';

const folder = temporaryFolder();
let file: ModelFile;
let matrices: readonly number[];
let merged: MergedStore;
/** How often somebody read numbers of W0. */
let reads = 0;

beforeAll(async () => {
  const opened = openModelFile(path.resolve(fixturePath('op17')));
  if (!opened.ok) throw new Error(opened.problem.message);
  const { values, copyPart } = opened.value;
  file = {
    ...opened.value,
    values(tensor) {
      reads++;
      return values(tensor);
    },
    copyPart(...parts) {
      reads++;
      copyPart(...parts);
    },
  };
  matrices = [...file.slots.keys()].filter((index) => isMatrix(file.slots[index]!));
  const mergers = await openMergedStore(createRuntime(1), file, matrices);
  if (!mergers.ok) throw new Error(mergers.problem.message);
  merged = mergers.value;
});
afterAll(async () => {
  await merged?.release();
  file.close();
});

type Axis = 'in' | 'out' | 'none' | 'misfit';

/** A LoRA on every matrix, with a magnitude along the axis. */
function network(name: string, axis: Axis, unet: number): AppliedLora {
  const tensors: Record<string, WrittenTensor> = {};
  for (const index of matrices) {
    const { path: module, shape } = file.slots[index]!;
    const [out = 1, inputs = 1, ...kernel] = shape;
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    const width = inputs * kernel.reduce((a, b) => a * b, 1);
    tensors[`${key}.lora_down.weight`] = {
      shape: [2, inputs, ...kernel],
      data: numbers(2 * width, index + name.length),
    };
    tensors[`${key}.lora_up.weight`] = {
      shape: [out, 2, ...kernel.map(() => 1)],
      data: numbers(2 * out, index + 99),
    };
    tensors[`${key}.alpha`] = { shape: [], data: [1] };
    const length = axis === 'in' ? inputs : axis === 'out' ? out : out + 1;
    const sides = axis === 'in' ? [1, length] : [length, 1];
    if (axis !== 'none')
      tensors[`${key}.dora_scale`] = {
        shape: [...sides, ...kernel.map(() => 1)],
        data: numbers(length, index + 7).map((value) => 1 + value),
      };
  }
  const opened = openLoraFile(write(folder, `${name}.safetensors`, safetensors(tensors)), name);
  if (!opened.ok) throw new Error(opened.problem.message);
  return { name, file: opened.value, te: 0, unet };
}

async function merge(loras: readonly AppliedLora[]) {
  const { changes } = assign(loras, { unet: indexSlots(file.slots) });
  return { changes: changes.unet, ...(await merged.merge(changes.unet)) };
}

describe('DoRA', () => {
  it.each([
    ['per input', ['in'], [0.7]],
    ['per output', ['out'], [1]],
    ['with a negative weight', ['out'], [-0.4]],
    ['before LoRAs', ['in', 'none', 'none'], [1.2, 0.5, -0.3]],
    ['after a LoRA', ['none', 'out'], [0.5, 0.8]],
    ['after another one', ['out', 'in'], [0.5, 0.8]],
  ] as const)('%s is what float64 makes of it', async (name, axes, weights) => {
    const loras = axes.map((axis, at) => network(`${name} ${at}`, axis, weights[at]!));
    const { changes, failures } = await merge(loras);
    expect(failures).toEqual([]);
    for (const [index, list] of changes) {
      const expected = slotArray(file.slots[index]!);
      expect(mergeFloat64(file, file.slots[index]!, list, expected)).toEqual([]);
      expect(distance(merged.arrayOf(index) as Float32Array, expected as Float32Array)).toBeLessThan(2e-6);
    }
  });

  it('reads no weight when its own changes, and comes back to the same bits', async () => {
    const lora = network('again', 'out', 0.5);
    await merge([lora]);
    const before = matrices.map((index) => merged.arrayOf(index).slice());
    const read = reads;
    await merge([{ ...lora, unet: 0.9 }]);
    expect(matrices.every((index, at) => distance(merged.arrayOf(index), before[at]!) > 1e-6)).toBe(true);
    await merge([lora]);
    expect(matrices.map((index) => merged.arrayOf(index))).toEqual(before);
    expect(reads).toBe(read);
  });

  it('whose magnitude fits no side is left out, and told', async () => {
    const { failures, incomplete } = await merge([network('misfit', 'misfit', 1)]);
    expect([failures.length, incomplete.length]).toEqual([matrices.length, matrices.length]);
  });
});

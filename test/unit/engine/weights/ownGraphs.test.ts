import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WeightLocation } from '../../../../server/src/engine/graph/builder';
import { type ModelFile, openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { unet } from '../../../../server/src/engine/graph/networks/unet';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import type { BranchLimits } from '../../../../server/src/engine/weights/thresholds';
import type { UnetConfig } from '../../../../server/src/formats/checkpoint';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';
import { openWay, type Way } from './mergeInGraph';

const folder = temporaryFolder();
const runtime = createRuntime(1);

const CONFIG: UnetConfig = {
  inChannels: 4,
  outChannels: 4,
  channels: [8, 16],
  heads: [2, 2],
  down: [[1], [0]],
  up: [
    [0, 0],
    [1, 1],
  ],
  middle: [1],
  context: 12,
  linearProjection: false,
  groups: 4,
  epsilon: 1e-5,
};

let file: ModelFile;
let lora: AppliedLora;

beforeAll(() => {
  const places = new Map<string, WeightLocation>();
  const parts: Float32Array[] = [];
  let at = 0;
  for (const [seed, { name, shape }] of unet.parameters(CONFIG).entries()) {
    const size = shape.reduce((product, side) => product * side, 1);
    parts.push(Float32Array.from(numbers(size, seed + 1), (x) => x * 0.3));
    places.set(name, { dtype: 'F32', location: 'weights.bin', offset: at, length: 4 * size });
    at += 4 * size;
  }
  writeFileSync(
    path.join(folder, 'weights.bin'),
    Buffer.concat(parts.map((part) => new Uint8Array(part.buffer))),
  );
  const graph = write(
    folder,
    'model.onnx',
    unet.write(CONFIG, ({ name }) => places.get(name)!),
  );
  const opened = openModelFile(graph);
  if (!opened.ok) throw new Error(opened.problem.message);
  file = opened.value;
  const tensors: Record<string, WrittenTensor> = {};
  for (const [seed, slot] of file.slots.filter(isMatrix).entries()) {
    const key = `lora_unet_${slot.path.replaceAll('.', '_')}`;
    const [out, ...inner] = slot.shape;
    const width = inner.reduce((a, b) => a * b, 1);
    tensors[`${key}.lora_down.weight`] = { shape: [2, ...inner], data: numbers(2 * width, seed) };
    tensors[`${key}.lora_up.weight`] = {
      shape: [out, 2, ...inner.slice(1).map(() => 1)],
      data: numbers(2 * out, seed + 999),
    };
    tensors[`${key}.alpha`] = { shape: [], data: [0.5] };
  }
  const network = openLoraFile(write(folder, 'all.safetensors', safetensors(tensors)), 'all');
  if (!network.ok) throw new Error(network.problem.message);
  lora = { name: 'all', file: network.value, te: 0, unet: 0.6 };
});
afterAll(() => file.close());

async function outputs(way: Way, limits?: BranchLimits) {
  const open = new Set([...file.slots.keys()].filter((index) => isMatrix(file.slots[index])));
  const binding = await openWay(way, { runtime, file, open, limits });
  const run = async () => {
    const { out_sample } = await binding.session.run({
      sample: new Tensor('float32', Float32Array.from(numbers(4 * 64, 5)), [1, 4, 8, 8]),
      timestep: new Tensor('float32', Float32Array.of(500), [1]),
      encoder_hidden_states: new Tensor('float32', Float32Array.from(numbers(5 * 12, 6)), [1, 5, 12]),
      ...binding.feeds,
    });
    return out_sample.data as Float32Array;
  };
  const plain = await run();
  const { changes, reports } = assign([lora], { unet: indexSlots(file.slots) });
  expect(reports[0]).toMatchObject({ applied: reports[0].total, reasons: [] });
  expect((await binding.bind(changes.unet)).failures).toEqual([]);
  const merged = await run();
  await binding.release();
  return { plain, merged };
}

describe('a graph written by this project', () => {
  it('takes LoRAs on every matrix, under every policy', async () => {
    const inGraph = await outputs('in-graph');
    const merged = await outputs('merged');
    const branches = await outputs('branches');
    for (const limits of [undefined, { width: 1, share: 9 }, { width: 1, share: 0 }]) {
      const mixed = await outputs('mixed', limits);
      expect(distance(mixed.plain, merged.plain)).toBeLessThan(1e-5);
      expect(distance(mixed.merged, merged.merged)).toBeLessThan(1e-5);
    }
    expect(merged.merged).toEqual(inGraph.merged);
    expect(distance(merged.merged, merged.plain)).toBeGreaterThan(0.01);
    expect(distance(branches.plain, merged.plain)).toBeLessThan(1e-5);
    expect(distance(branches.merged, merged.merged)).toBeLessThan(1e-5);
  });
});

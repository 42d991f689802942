import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelFile, openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { unet } from '../../../../server/src/engine/graph/networks/unet';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import type { BranchLimits } from '../../../../server/src/engine/weights/thresholds';
import type { UnetConfig } from '../../../../server/src/formats/checkpoint';
import { golden } from '../golden';
import { mixed, store } from '../graph/weights';
import { safetensors, temporaryFolder, type WrittenTensor, write } from '../support';
import { openWay, type Way } from './mergeInGraph';

interface Stored {
  readonly shape: readonly number[];
  readonly data: number[];
}
interface Plain {
  readonly config: UnetConfig;
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly outputs: { readonly out_sample: Stored };
}
interface Merged {
  readonly network: string;
  readonly rank: number;
  readonly strength: number;
  readonly outputs: { readonly out_sample: Stored };
}

const folder = temporaryFolder();
const runtime = createRuntime(1);
const merged = golden<Merged>('merge/unet_float64.json');
const plain = golden<Plain>(`graph/${merged.network}.json`);
let file: ModelFile;
let lora: AppliedLora;

beforeAll(() => {
  const parameters = unet.parameters(plain.config);
  const graph = unet.write(plain.config, store(folder, 'weights.bin', parameters));
  const opened = openModelFile(write(folder, 'model.onnx', graph));
  if (!opened.ok) throw new Error(opened.problem.message);
  file = opened.value;
  const { rank } = merged;
  const tensors: Record<string, WrittenTensor> = {};
  for (const { name, shape } of parameters) {
    if (shape.length < 2) continue;
    const [out, ...inner] = shape as [number, ...number[]];
    const width = inner.reduce((a, b) => a * b, 1);
    const module = name.slice(0, -'.weight'.length);
    const factor = (which: string, count: number, by: number) =>
      [...mixed(`${module}.${which}`, count)].map((value) => Math.fround(value * by));
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    tensors[`${key}.lora_down.weight`] = {
      shape: [rank, ...inner],
      data: factor('lora_down', rank * width, 1 / Math.sqrt(width)),
    };
    tensors[`${key}.lora_up.weight`] = {
      shape: [out, rank, ...inner.slice(1).map(() => 1)],
      data: factor('lora_up', out * rank, 0.3),
    };
  }
  const network = openLoraFile(write(folder, 'all.safetensors', safetensors(tensors)), 'all');
  if (!network.ok) throw new Error(network.problem.message);
  lora = { name: 'all', file: network.value, te: 0, unet: merged.strength };
});
afterAll(() => file.close());

/** What the UNet gives with and without the LoRA. */
async function outputs(way: Way, limits?: BranchLimits) {
  const open = new Set([...file.slots.keys()].filter((index) => isMatrix(file.slots[index]!)));
  const { session, feeds, bind, release } = await openWay(way, { runtime, file, open, limits });
  const inputs = Object.fromEntries(
    Object.entries(plain.inputs).map(([name, { shape, data }]) => [
      name,
      new Tensor('float32', Float32Array.from(data), shape),
    ]),
  );
  const run = async () => (await session.run({ ...inputs, ...feeds })).out_sample!.data as Float32Array;
  const without = await run();
  const { changes } = assign([lora], { unet: indexSlots(file.slots) });
  expect((await bind(changes.unet)).failures).toEqual([]);
  const changed = await run();
  await release();
  return { without, changed };
}

/** Root of the mean square, and the largest. */
function errors(values: Float32Array, { data }: Stored): [number, number] {
  let [square, largest] = [0, 0];
  for (const [i, value] of values.entries()) {
    const error = Math.abs(value - data[i]!);
    square += error * error;
    largest = Math.max(largest, error);
  }
  return [Math.sqrt(square / values.length), largest];
}

describe('a UNet with a LoRA on every matrix, beside the same in float64', () => {
  it.each([
    ['merged', undefined],
    ['branches', undefined],
    ['in-graph', undefined],
    ['mixed', undefined],
    ['mixed', { width: 1, share: 9 }],
    ['mixed', { width: 1, share: 0 }],
  ] as const)('%s %j errs at most twice as far as the untouched one', async (way, limits) => {
    const { without, changed } = await outputs(way, limits);
    const own = errors(without, plain.outputs.out_sample);
    const withLora = errors(changed, merged.outputs.out_sample);
    expect(own[1]).toBeLessThan(1e-5);
    expect(withLora[0]).toBeLessThanOrEqual(2 * own[0]);
    expect(withLora[1]).toBeLessThanOrEqual(2 * own[1]);
    expect(errors(changed, plain.outputs.out_sample)[0]).toBeGreaterThan(0.05);
  });
});

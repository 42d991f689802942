import { afterAll, describe, expect, it } from 'vitest';
import type { Locate, Parameter } from '../../../../server/src/engine/graph/builder';
import { type ModelFile, openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { unet } from '../../../../server/src/engine/graph/networks/unet';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime, type InferenceSession, Tensor } from '../../../../server/src/engine/runtime/session';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import type { UnetConfig } from '../../../../server/src/formats/checkpoint';
import { expectClose, golden } from '../golden';
import { numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';
import { openWay } from '../weights/mergeInGraph';
import { numbersOf, store } from './weights';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const toClose: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of toClose) await close();
});

const RANK = 3;
const STRENGTH = 0.7;

interface Golden {
  readonly config: UnetConfig;
  readonly inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: number[] }>>;
}

interface Factors {
  readonly down: number[];
  readonly up: number[];
}

function fileOf(name: string, config: UnetConfig, locate: Locate): ModelFile {
  const opened = openModelFile(write(folder, `${name}.onnx`, unet.write(config, locate)));
  if (!opened.ok) throw new Error(opened.problem.message);
  toClose.push(() => opened.value.close());
  return opened.value;
}

/** Factors for every matrix of the network, small enough to leave its outputs of the same size. */
function factorsFor(config: UnetConfig): Map<string, Factors> {
  const factors = new Map<string, Factors>();
  for (const [seed, { name, shape }] of unet.parameters(config).entries()) {
    if (shape.length < 2) continue;
    const [out, ...inner] = shape as [number, ...number[]];
    const width = inner.reduce((a, b) => a * b, 1);
    factors.set(name.slice(0, -'.weight'.length), {
      down: numbers(RANK * width, seed).map((value) => value / Math.sqrt(width)),
      up: numbers(out * RANK, 5000 + seed).map((value) => value * 0.3),
    });
  }
  return factors;
}

function loraOf(config: UnetConfig, factors: ReadonlyMap<string, Factors>): AppliedLora {
  const tensors: Record<string, WrittenTensor> = {};
  for (const { name, shape } of unet.parameters(config)) {
    const module = name.slice(0, -'.weight'.length);
    const pair = shape.length > 1 ? factors.get(module) : undefined;
    if (!pair) continue;
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    const [out, ...inner] = shape as [number, ...number[]];
    tensors[`${key}.lora_down.weight`] = { shape: [RANK, ...inner], data: pair.down };
    tensors[`${key}.lora_up.weight`] = { shape: [out, RANK, ...inner.slice(1).map(() => 1)], data: pair.up };
  }
  const file = openLoraFile(write(folder, 'all.safetensors', safetensors(tensors)), 'all');
  if (!file.ok) throw new Error(file.problem.message);
  return { name: 'all', file: file.value, te: 0, unet: STRENGTH };
}

/** Projections by convolution and by linear layers; weights stored as they are and in half precision. */
const CASES = [
  ['lcm', 'F32'],
  ['no-middle', 'F16'],
] as const;

describe.each(CASES)('networks on a written graph: %s, %s', (name, dtype) => {
  const { config, inputs } = golden<Golden>(`graph/${name}.json`);
  const parameters = unet.parameters(config);
  const file = fileOf(
    `${name}.${dtype}`,
    config,
    store(folder, `${name}.${dtype}.bin`, parameters, { dtype }),
  );
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([input, { shape, data }]) => [
      input,
      new Tensor('float32', Float32Array.from(data), shape),
    ]),
  );

  it('finds every weight and bias under its own name and in its own shape', () => {
    const found = file.slots.map(({ path, part, shape }) => `${path}.${part} ${shape}`);
    expect(found.sort()).toEqual(parameters.map(({ name, shape }) => `${name} ${shape}`).sort());
  });

  const factors = factorsFor(config);
  const wanted = once(async () => {
    const locate = store(folder, `${name}.${dtype}.merged.bin`, parameters, {
      numbers: (parameter) => mergedNumbers(parameter, factors),
    });
    const session = await runtime.open(unet.write(config, locate), folder, 'speed');
    if (!session.ok) throw new Error(session.problem.message);
    const output = await outputOf(session.value);
    await session.value.release();
    return output;
  });
  const outputOf = async (session: InferenceSession, extra: Readonly<Record<string, Tensor>> = {}) =>
    (await session.run({ ...feeds, ...extra })).out_sample!.data as Float32Array;

  it.each([
    ['merged', undefined],
    ['branches', undefined],
    ['in-graph', undefined],
    ['mixed', { width: 1, share: 9 }],
    ['mixed', { width: 1, share: 0 }],
  ] as const)('%s %j: as the weights would be merged beforehand', async (way, limits) => {
    const { changes, reports } = assign([loraOf(config, factors)], { unet: indexSlots(file.slots) });
    expect(reports[0]!.applied).toBe(factors.size);
    const open = new Set(file.slots.flatMap((slot, at) => (isMatrix(slot) ? [at] : [])));
    expect(open.size).toBe(factors.size);
    const opened = await openWay(way, { runtime, file, open, limits });
    const { session, feeds: weights, bind, release } = opened;
    const plain = await outputOf(session, weights);
    expect((await bind(changes.unet)).failures).toEqual([]);
    const result = await outputOf(session, weights);
    expectClose(result, await wanted(), dtype === 'F32' ? 2e-5 : 1e-2);
    const moved = Math.max(...result.map((value, at) => Math.abs(value - plain[at]!)));
    expect(moved, 'the LoRA does something').toBeGreaterThan(0.1);
    await release();
  });
});

/** Runs a piece of work at the first call and gives its result to all. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** A parameter's numbers with the LoRA added, without a line of the engine's. */
function mergedNumbers(parameter: Parameter, factors: ReadonlyMap<string, Factors>) {
  const base = numbersOf(parameter);
  const pair = factors.get(parameter.name.slice(0, -'.weight'.length));
  if (!pair || parameter.shape.length < 2) return base;
  const width = base.length / parameter.shape[0]!;
  return base.map((value, at) => {
    let sum = 0;
    for (let rank = 0; rank < RANK; rank++)
      sum += pair.up[Math.floor(at / width) * RANK + rank]! * pair.down[rank * width + (at % width)]!;
    return value + STRENGTH * sum;
  });
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { canBranch } from '../../../../server/src/engine/graph/canBranch';
import { openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { type Component, openComponent } from '../../../../server/src/engine/model/component';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { modulesOf } from '../../../../server/src/formats/onnx/index';
import type { EngineOptions } from '../../../../server/src/shared/engineProtocol';
import { flat, modelOf, shapeOf, state } from '../../onnx/support';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const opened: Component[] = [];
afterAll(async () => {
  for (const component of opened) await component.release();
});

const pathOf = (name: string) => path.resolve(`test/golden/onnx/quantised/${name}.onnx`);

async function open(name: string, wanted: EngineOptions['mergeStrategy'] = 'auto'): Promise<Component> {
  const component = await openComponent(runtime, pathOf(name), wanted);
  if (!component.ok) throw new Error(component.problem.message);
  opened.push(component.value);
  return component.value;
}

function loraOf(tensors: Record<string, WrittenTensor>, strength: number): AppliedLora {
  const name = `lora${Object.keys(tensors).join().length}-${strength}`;
  const file = openLoraFile(write(folder, `${name}.safetensors`, safetensors(tensors)), name);
  if (!file.ok) throw new Error(file.problem.message);
  return { name, file: file.value, te: 1, unet: strength };
}

const RANK = 2;
const ALPHA = 3;
const STRENGTH = -0.7;

function factors(module: string, shape: readonly number[], seed: number): Record<string, WrittenTensor> {
  const [out, ...inner] = shape;
  const key = `lora_unet_${module.replaceAll('.', '_')}`;
  const width = inner.reduce((a, b) => a * b, 1);
  return {
    [`${key}.lora_down.weight`]: { shape: [RANK, ...inner], data: numbers(RANK * width, seed) },
    [`${key}.lora_up.weight`]: {
      shape: [out, RANK, ...inner.slice(1).map(() => 1)],
      data: numbers(out * RANK, seed + 1),
    },
    [`${key}.alpha`]: { shape: [], data: [ALPHA] },
  };
}

/** `s · up(down(x))` of a linear layer in float64. */
function linearBranch(x: number[], down: Float64Array, up: Float64Array, into: number, out: number) {
  const rows = x.length / into;
  return Float64Array.from({ length: rows * out }, (_, at) => {
    const [row, column] = [Math.floor(at / out), at % out];
    let sum = 0;
    for (let r = 0; r < RANK; r++) {
      let thin = 0;
      for (let i = 0; i < into; i++) thin += x[row * into + i] * down[r * into + i];
      sum += thin * up[column * RANK + r];
    }
    return (STRENGTH * ALPHA * sum) / RANK;
  });
}

/** The same of a 3×3 convolution with stride 2 and a border of zeros. */
function convBranch(x: number[], down: Float64Array, up: Float64Array) {
  const [channels, height, width, out] = [4, 9, 8, 6];
  const [tall, wide] = [5, 4];
  return Float64Array.from({ length: out * tall * wide }, (_, at) => {
    const [to, row, column] = [Math.floor(at / (tall * wide)), Math.floor(at / wide) % tall, at % wide];
    let sum = 0;
    for (let r = 0; r < RANK; r++) {
      let thin = 0;
      for (let c = 0; c < channels; c++)
        for (let k = 0; k < 9; k++) {
          const [y, z] = [2 * row + Math.floor(k / 3) - 1, 2 * column + (k % 3) - 1];
          if (y < 0 || z < 0 || y >= height || z >= width) continue;
          thin += x[(c * height + y) * width + z] * down[(r * channels + c) * 9 + k];
        }
      sum += thin * up[to * RANK + r];
    }
    return (STRENGTH * ALPHA * sum) / RANK;
  });
}

const round = (tensor: WrittenTensor) => Float64Array.from(tensor.data, Math.fround);

describe('a layer with a quantised weight', () => {
  it.each([
    ...['linear_dynamic', 'linear_static', 'linear_weights', 'linear_bits4', 'linear_bits8'],
    ...['conv_dynamic', 'conv_static', 'conv_weights'],
  ])('%s gets a LoRA branch', async (name) => {
    const isLinear = name.startsWith('linear');
    const [module, shape] = isLinear ? ['block.0.to_q', [24, 32]] : ['block.0.conv1', [6, 4, 3, 3]];
    const component = await open(name);
    expect(modulesOf(component.file.model)).toEqual({ [module]: shape });
    expect(component.choice).toMatchObject({ policy: 'branches' });
    expect(component.choice.why).toContain('quantised');

    const dims = isLinear ? [2, 5, 32] : [1, 4, 9, 8];
    const x = numbers(
      dims.reduce((a, b) => a * b, 1),
      5,
    ).map(Math.fround);
    const feed = { x: new Tensor('float32', Float32Array.from(x), dims) };
    const plainSession = await runtime.open(readFileSync(pathOf(name)), folder, 'speed');
    if (!plainSession.ok) throw new Error(plainSession.problem.message);
    const plain = (await plainSession.value.run(feed)).y.data as Float32Array;
    await plainSession.value.release();
    const run = async () =>
      (await component.session.run({ ...feed, ...component.feeds })).y.data as Float32Array;
    expect(distance(await run(), plain)).toBeLessThan(1e-6);

    const tensors = factors(module, shape, 11);
    const created = runtime.created;
    const { changes, reports } = assign([loraOf(tensors, STRENGTH)], { unet: component.index });
    expect(reports[0]).toMatchObject({ applied: 1, total: 1 });
    const bound = await component.bind(changes.unet);
    expect(bound.ok && bound.value.failures).toEqual([]);
    expect(runtime.created).toBe(created);
    const [down, up] = Object.values(tensors).map(round);
    const branch = isLinear ? linearBranch(x, down, up, 32, 24) : convBranch(x, down, up);
    expect(distance(branch, new Float64Array(branch.length))).toBeGreaterThan(0.5);
    expect(
      distance(
        await run(),
        Array.from(plain, (value, i) => value + branch[i]),
      ),
    ).toBeLessThan(2e-5);
  });
});

const block = 'down_blocks.0';
const TARGETS: Readonly<Record<string, readonly number[]>> = {
  [`${block}.transformer_blocks.0.attn1.to_q`]: [6, 4],
  [`${block}.transformer_blocks.0.attn1.to_k`]: [6, 4],
  [`${block}.transformer_blocks.0.attn1.to_out.0`]: [4, 6],
  [`${block}.resnets.0.time_emb_proj`]: [4, 5],
  [`${block}.resnets.0.conv1`]: [4, 4, 3, 3],
};
const inputs = {
  sample: new Tensor('float32', Float32Array.from(flat(state.inputs.sample)), shapeOf(state.inputs.sample)),
  t: new Tensor('float32', Float32Array.from(flat(state.inputs.t)), shapeOf(state.inputs.t)),
};
const small = (module: string, index: number) =>
  Object.entries(factors(module, TARGETS[module], 20 + index)).map(([name, tensor]) => [
    name,
    { ...tensor, data: Array.from(tensor.data, (value) => value * 0.5) },
  ]);
const all = () => Object.fromEntries(Object.keys(TARGETS).flatMap(small)) as Record<string, WrittenTensor>;

async function effectOf(component: Component) {
  const run = async () =>
    (await component.session.run({ ...inputs, ...component.feeds })).out.data as Float32Array;
  const before = Float64Array.from(await run());
  const { changes, reports } = assign([loraOf(all(), 1)], { unet: component.index });
  expect(reports[0]).toMatchObject({ applied: 5, total: 5 });
  const bound = await component.bind(changes.unet);
  expect(bound.ok && bound.value.failures).toEqual([]);
  return { before, effect: Float64Array.from(await run(), (value, i) => value - before[i]) };
}

describe('a model quantised by ONNX Runtime', () => {
  it.each(['op17_dynamic', 'op17_static', 'op17_weights', 'op17_bits4', 'op17_bits8'])(
    '%s has the same modules, and a network does to it what it does to the original',
    async (name) => {
      const original = await openComponent(runtime, path.resolve('test/golden/onnx/op17.onnx'), 'branches');
      if (!original.ok) throw new Error(original.problem.message);
      opened.push(original.value);
      const component = await open(name);
      const shapes = (one: Component) =>
        Object.fromEntries(Object.entries(modulesOf(one.file.model)).filter(([module]) => module in TARGETS));
      expect(shapes(component)).toEqual(TARGETS);
      const wanted = await effectOf(original.value);
      const found = await effectOf(component);
      const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
      const cosine =
        dot(wanted.effect, found.effect) /
        Math.sqrt(dot(wanted.effect, wanted.effect) * dot(found.effect, found.effect));
      expect(cosine).toBeGreaterThan(name === 'op17_bits4' ? 0.98 : 0.995);
    },
  );

  it('refuses to merge where that is asked for, and says what to do', async () => {
    const component = await open('op17_weights', 'merged');
    const { changes } = assign([loraOf(all(), 1)], { unet: component.index });
    const bound = await component.bind(changes.unet);
    expect(bound.ok ? '' : `${bound.problem.code}: ${bound.problem.remedy}`).toMatch(
      /^quantised-weights: Set the merge strategy to auto or branches/,
    );
  });

  it('leaves out what has no low-rank factors, with the reason', async () => {
    const component = await open('op17_weights');
    const module = `${block}.transformer_blocks.0.attn1.to_q`;
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    const dora = {
      ...factors(module, [6, 4], 3),
      [`${key}.dora_scale`]: { shape: [1, 4], data: [1, 1, 1, 1] },
    };
    const { changes } = assign([loraOf(dora, 1)], { unet: component.index });
    const bound = await component.bind(changes.unet);
    expect(bound.ok && bound.value.failures.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('no low-rank factors'),
    ]);
  });
});

describe('what cannot have a LoRA branch', () => {
  it('is no weight of its own: quantised norms and biases', () => {
    const model = modelOf(readFileSync(pathOf('op17_static')));
    expect(Object.keys(modulesOf(model)).filter((module) => module.includes('bias'))).toEqual([]);
    const file = openModelFile(pathOf('op17_static'));
    if (!file.ok) throw new Error(file.problem.message);
    const short = file.value.slots.filter((slot) => slot.quantised);
    expect(short.map(({ part }) => part)).toEqual(short.map(() => 'weight'));
    expect(short.every((slot) => canBranch(file.value.model, slot))).toBe(true);
    file.value.close();
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ModelFile, openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { multiply } from '../../../../server/src/engine/lora/tensor';
import { createRuntime } from '../../../../server/src/engine/runtime/session';
import type { WeightSession } from '../../../../server/src/engine/weights/session';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import type { BranchLimits } from '../../../../server/src/engine/weights/thresholds';
import { assemble, editGraph, encode } from '../../../../server/src/formats/onnx/index';
import { FIXTURES, fixturePath, flat, modelOf, parametersOf, state } from '../../onnx/support';
import { fixtureInputs } from '../fixtureInputs';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';
import { openWay, type Way } from './mergeInGraph';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const opened: { release(): Promise<void> }[] = [];
afterAll(async () => {
  for (const binding of opened) await binding.release();
});

const RANK = 2;
const ALPHA = 1;
const block = 'down_blocks.0';
/** Module → shape of its weight, and the kernel of its first factor. */
const TARGETS: Record<string, number[]> = {
  [`${block}.transformer_blocks.0.attn1.to_q`]: [6, 4],
  [`${block}.transformer_blocks.0.attn1.to_k`]: [6, 4],
  [`${block}.transformer_blocks.0.attn1.to_out.0`]: [4, 6],
  [`${block}.resnets.0.time_emb_proj`]: [4, 5],
  [`${block}.resnets.0.conv1`]: [4, 4, 3, 3],
};

interface Factors {
  readonly down: number[];
  readonly up: number[];
}

const factorsOf = (seed: number, modules = Object.keys(TARGETS)): Record<string, Factors> =>
  Object.fromEntries(
    modules.map((module, index) => {
      const [out, ...inner] = TARGETS[module];
      const width = inner.reduce((a, b) => a * b, 1);
      return [
        module,
        { down: numbers(RANK * width, seed + index), up: numbers(out * RANK, seed + 100 + index) },
      ];
    }),
  );

function loraOf(name: string, factors: Record<string, Factors>, strength: number): AppliedLora {
  const tensors: Record<string, WrittenTensor> = {};
  for (const [module, { down, up }] of Object.entries(factors)) {
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    const [out, ...inner] = TARGETS[module];
    tensors[`${key}.lora_down.weight`] = { shape: [RANK, ...inner], data: down };
    tensors[`${key}.lora_up.weight`] = { shape: [out, RANK, ...inner.slice(1).map(() => 1)], data: up };
    tensors[`${key}.alpha`] = { shape: [], data: [ALPHA] };
  }
  const file = openLoraFile(write(folder, `${name}.safetensors`, safetensors(tensors)), name);
  if (!file.ok) throw new Error(file.problem.message);
  return { name, file: file.value, te: 1, unet: strength };
}

/** The same file with every changed weight stored anew, merged beforehand in float64: no part of the engine is used. */
async function premerged(
  name: string,
  layers: readonly { factors: Record<string, Factors>; strength: number }[],
) {
  const model = modelOf(readFileSync(fixturePath(name)));
  const parameters = parametersOf(name);
  const rewire = new Map<number, Map<number, string>>();
  const addInitializers: Uint8Array[] = [];
  const readers: Record<string, [opEnd: string, isTurned: boolean]> = {
    to_q: ['attn1/to_q/MatMul', true],
    to_k: ['attn1/to_k/MatMul', true],
    '0': ['attn1/to_out.0/MatMul', true],
    time_emb_proj: ['time_emb_proj/Gemm', false],
    conv1: ['conv1/Conv', false],
  };
  for (const [module, shape] of Object.entries(TARGETS)) {
    const [out, ...inner] = shape;
    const width = inner.reduce((a, b) => a * b, 1);
    const weight = Float64Array.from(flat(parameters[`${module}.weight`]));
    for (const { factors, strength } of layers) {
      if (!factors[module]) continue;
      const up = Float64Array.from(factors[module].up, Math.fround);
      const down = Float64Array.from(factors[module].down, Math.fround);
      const delta = multiply(up, down, out, RANK, width);
      weight.forEach((value, index) => {
        weight[index] = value + ((strength * ALPHA) / RANK) * delta[index];
      });
    }
    const [end, isTurned] = readers[module.split('.').at(-1)!];
    const node = model.nodes.findIndex((candidate) => candidate.name.endsWith(end));
    const stored = isTurned ? weight.map((_, i) => weight[(i % out) * width + Math.floor(i / out)]) : weight;
    const bytes = new Uint8Array(Float32Array.from(stored).buffer);
    addInitializers.push(encode.tensor(`new.${module}`, 1, isTurned ? [width, out] : shape, bytes));
    rewire.set(node, new Map([[1, `new.${module}`]]));
  }
  const bytes = assemble(editGraph(model, { rewire, addInitializers }), model.source);
  const session = await runtime.open(bytes, folder, 'speed');
  if (!session.ok) throw new Error(session.problem.message);
  opened.push(session.value);
  return (await session.value.run(fixtureInputs)).out.data as Float32Array;
}

/** Every policy and the reference, and `mixed` with limits that tiny weights fall on either side of. */
const WAYS: readonly (readonly [string, Way, BranchLimits | undefined])[] = [
  ['merged', 'merged', undefined],
  ['branches', 'branches', undefined],
  ['in-graph', 'in-graph', undefined],
  ['mixed, narrow weights', 'mixed', undefined],
  ['mixed, all as branches', 'mixed', { width: 1, share: 9 }],
  ['mixed, one as a branch and two merged', 'mixed', { width: 1, share: 1 }],
  ['mixed, all merged on demand', 'mixed', { width: 1, share: 0 }],
];

async function bindingFor(
  name: string,
  way: Way,
  limits?: BranchLimits,
): Promise<{ file: ModelFile; binding: WeightSession }> {
  const file = openModelFile(path.resolve(fixturePath(name)));
  if (!file.ok) throw new Error(file.problem.message);
  const { slots } = file.value;
  const open = new Set(slots.map((_, index) => index).filter((index) => isMatrix(slots[index])));
  const binding = await openWay(way, { runtime, file: file.value, open, limits });
  opened.push(binding);
  return { file: file.value, binding };
}

async function render(binding: WeightSession): Promise<Float32Array> {
  return (await binding.session.run({ ...fixtureInputs, ...binding.feeds })).out.data as Float32Array;
}

describe.each(FIXTURES)('%s', (name) => {
  const expected = flat(name === 'op17_equal_q_k' ? state.output_equal_q_k : state.output);
  const [first, second] = [factorsOf(1), factorsOf(50)];

  it.each(WAYS)('%s', async (_, way, limits) => {
    const { file, binding } = await bindingFor(name, way, limits);
    const index = indexSlots(file.slots);
    const bind = async (...loras: AppliedLora[]) => {
      const { changes, reports } = assign(loras, { unet: index });
      expect(reports.every(({ applied, total, unet }) => applied === (unet === 0 ? 0 : total))).toBe(true);
      expect((await binding.bind(changes.unet)).failures).toEqual([]);
      return render(binding);
    };
    const plain = await render(binding);
    expect(distance(plain, expected)).toBeLessThan(2e-6);

    const created = runtime.created;
    const a8 = await bind(loraOf('a', first, 0.8));
    expect(runtime.created).toBe(created);
    expect(distance(a8, await premerged(name, [{ factors: first, strength: 0.8 }]))).toBeLessThan(5e-6);

    const both = await bind(loraOf('a', first, 0.8), loraOf('b', second, -0.6));
    const layers = [
      { factors: first, strength: 0.8 },
      { factors: second, strength: -0.6 },
    ];
    expect(distance(both, await premerged(name, layers))).toBeLessThan(5e-6);

    const a9 = await bind(loraOf('a', first, 0.9));
    expect(distance(a9, a8)).toBeGreaterThan(1e-4);
    expect(await bind(loraOf('a', first, 0.8))).toEqual(a8);
    expect(await bind(loraOf('a', first, 0))).toEqual(plain);
    expect(await bind()).toEqual(plain);
  });
});

describe('a network that changes one of two equal projections', () => {
  it.each(WAYS)('%s leaves the other alone', async (_, way, limits) => {
    const name = 'op17_equal_q_k';
    const { file, binding } = await bindingFor(name, way, limits);
    const only = factorsOf(9, [`${block}.transformer_blocks.0.attn1.to_k`]);
    const { changes } = assign([loraOf('k', only, 1)], { unet: indexSlots(file.slots) });
    await binding.bind(changes.unet);
    const expected = await premerged(name, [{ factors: only, strength: 1 }]);
    expect(distance(await render(binding), expected)).toBeLessThan(5e-6);
  });
});

describe('recomputing', () => {
  it('touches only modules whose networks or weights changed', async () => {
    const { file, binding } = await bindingFor('op17', 'merged');
    const index = indexSlots(file.slots);
    const attention = factorsOf(1, Object.keys(TARGETS).slice(0, 3));
    const rest = factorsOf(2, Object.keys(TARGETS).slice(3));
    const bind = async (a: number, b: number) => {
      const loras = [loraOf('attention', attention, a), loraOf('rest', rest, b)];
      return (await binding.bind(assign(loras, { unet: index }).changes.unet)).recomputed;
    };
    expect(await bind(1, 1)).toBe(5);
    expect(await bind(1, 1)).toBe(0);
    expect(await bind(0.5, 1)).toBe(3);
    expect(await bind(0.5, 0.25)).toBe(2);
    expect(await bind(0.5, 0)).toBe(2);
  });
});

describe('dyn', () => {
  it('uses the first ranks and the whole alpha', async () => {
    const { file, binding } = await bindingFor('op17', 'merged');
    const all = factorsOf(3);
    const cut = Object.fromEntries(
      Object.entries(all).map(([module, { down, up }]) => [
        module,
        {
          down: down.map((value, i) => (i < down.length / RANK ? value : 0)),
          up: up.map((value, i) => (i % RANK === 0 ? value : 0)),
        },
      ]),
    );
    const lora = { ...loraOf('dyn', all, 1), dyn: 1 };
    await binding.bind(assign([lora], { unet: indexSlots(file.slots) }).changes.unet);
    const expected = await premerged('op17', [{ factors: cut, strength: 1 }]);
    expect(distance(await render(binding), expected)).toBeLessThan(5e-6);
  });
});

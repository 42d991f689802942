import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime } from '../../../../server/src/engine/runtime/session';
import { initialSlots } from '../../../../server/src/engine/weights/policy';
import { isMatrix } from '../../../../server/src/engine/weights/slots';
import { assemble, editGraph, encode, type WeightSlot } from '../../../../server/src/formats/onnx/index';
import { FIXTURES, fixturePath, modelOf } from '../../onnx/support';
import { fixtureInputs } from '../fixtureInputs';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';
import { openWay, WAYS } from './mergeInGraph';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const opened: { release(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of opened) await one.release();
});

const ROLES: Readonly<Record<string, string>> = { weight: 'w_norm', bias: 'diff_b', 'norm bias': 'b_norm' };
const roleOf = ({ kind, part }: WeightSlot) =>
  ROLES[kind === 'norm' && part === 'bias' ? 'norm bias' : part]!;
const differenceOf = (slot: WeightSlot) => numbers(slot.shape[0]!, slot.path.length + slot.part.length);

/** A network that changes every bias and norm, and nothing else. */
function network(vectors: readonly WeightSlot[], name: string) {
  const tensors: Record<string, WrittenTensor> = {};
  for (const slot of vectors)
    tensors[`lora_unet_${slot.path.replaceAll('.', '_')}.${roleOf(slot)}`] = {
      shape: [...slot.shape],
      data: differenceOf(slot),
    };
  const file = openLoraFile(write(folder, `${name}.safetensors`, safetensors(tensors)), name);
  if (!file.ok) throw new Error(file.problem.message);
  return file.value;
}

/** The model with the changed vectors stored in it: no part of the engine is used. */
async function premerged(name: string, vectors: readonly WeightSlot[], strength: number) {
  const model = modelOf(readFileSync(fixturePath(name)));
  const opening = openModelFile(path.resolve(fixturePath(name)));
  if (!opening.ok) throw new Error(opening.problem.message);
  const rewire = new Map<number, Map<number, string>>();
  const addInitializers = vectors.map((slot, index) => {
    const stored = opening.value.values(slot.tensor);
    const changed = differenceOf(slot).map((value, i) => stored[i]! + strength * Math.fround(value));
    for (const { node, input } of slot.uses)
      rewire.set(node, new Map([...(rewire.get(node) ?? []), [input, `new.${index}`]]));
    return encode.tensor(`new.${index}`, 1, slot.dims, new Uint8Array(Float32Array.from(changed).buffer));
  });
  opening.value.close();
  const graph = assemble(editGraph(model, { rewire, addInitializers }), model.source);
  const session = await runtime.open(graph, folder, 'speed');
  if (!session.ok) throw new Error(session.problem.message);
  opened.push(session.value);
  return (await session.value.run(fixtureInputs)).out.data as Float32Array;
}

describe.each(FIXTURES)('a network of biases and norms in %s', (name) => {
  it.each(WAYS)('comes and goes without a session: %s', async (way) => {
    const file = openModelFile(path.resolve(fixturePath(name)));
    if (!file.ok) throw new Error(file.problem.message);
    const { slots } = file.value;
    const vectors = slots.filter((slot) => !isMatrix(slot));
    expect(new Set(vectors.map(({ kind, part }) => `${kind} ${part}`)).size).toBe(4);
    const binding = await openWay(way, { runtime, file: file.value, open: initialSlots(slots) });
    opened.push(binding);
    const lora: AppliedLora = { name, file: network(vectors, `${name}-${way}`), te: 0, unet: 1 };
    const created = runtime.created;
    const render = async (unet: number) => {
      const { changes, reports } = assign(unet === 0 ? [] : [{ ...lora, unet }], { unet: indexSlots(slots) });
      for (const { applied, total } of reports) expect(applied).toBe(total);
      expect((await binding.bind(changes.unet)).failures).toEqual([]);
      return (await binding.session.run({ ...fixtureInputs, ...binding.feeds })).out.data as Float32Array;
    };
    const plain = await render(0);
    const changed = await render(0.8);
    const other = await render(-0.5);
    expect([await render(0.8), await render(0)]).toEqual([changed, plain]);
    expect(runtime.created).toBe(created);
    expect(distance(changed, plain)).toBeGreaterThan(1e-2);
    expect(distance(changed, await premerged(name, vectors, 0.8))).toBeLessThan(5e-6);
    expect(distance(other, await premerged(name, vectors, -0.5))).toBeLessThan(5e-6);
  });
});

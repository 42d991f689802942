import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModelFile } from '../../../../../server/src/engine/graph/modelFile';
import { openJournal } from '../../../../../server/src/engine/jobs/bake/journal';
import { bakeGraph, planOf } from '../../../../../server/src/engine/jobs/bake/onnxGraph';
import { assign, indexSlots } from '../../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../../server/src/engine/lora/loraFile';
import { createRuntime, Tensor } from '../../../../../server/src/engine/runtime/session';
import { assemble, editGraph, encode } from '../../../../../server/src/formats/onnx/index';
import { FIXTURES, fixturePath, flat, modelOf, shapeOf, state } from '../../../onnx/support';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../../support';
import { openWay } from '../../weights/mergeInGraph';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const feeds = {
  sample: new Tensor('float32', Float32Array.from(flat(state.inputs.sample)), shapeOf(state.inputs.sample)),
  t: new Tensor('float32', Float32Array.from(flat(state.inputs.t)), shapeOf(state.inputs.t)),
};
const none = { isCancelled: () => false, wrote: () => {} };

/** The fixture with every stored tensor in two data files beside it. */
function externalised(name: string, target: string): string {
  const model = modelOf(readFileSync(fixturePath(name)));
  const parts: Buffer[][] = [[], []];
  const replaceInitializers = new Map<string, Uint8Array>();
  let number = 0;
  for (const [key, tensor] of model.initializers) {
    if (tensor.data.kind !== 'inline' || tensor.dataType !== 1) continue;
    const part = parts[number % 2];
    const location = `weights-${number++ % 2}.bin`;
    const offset = part.reduce((sum, bytes) => sum + bytes.length, 0);
    const { offset: at, length } = tensor.data;
    part.push(Buffer.from(model.source.read(at, length)));
    replaceInitializers.set(
      key,
      encode.externalTensor(key, tensor.dataType, tensor.dims, location, offset, length),
    );
  }
  mkdirSync(target, { recursive: true });
  for (const [index, part] of parts.entries())
    writeFileSync(path.join(target, `weights-${index}.bin`), Buffer.concat(part));
  const file = path.join(target, 'model.onnx');
  writeFileSync(file, assemble(editGraph(model, { replaceInitializers }), model.source));
  return file;
}

function copied(name: string, target: string): string {
  mkdirSync(target);
  return write(target, 'model.onnx', readFileSync(fixturePath(name)));
}

/** Factors on every matrix, differences on every bias and norm. */
function loraOn(file: string) {
  const opened = openModelFile(file);
  if (!opened.ok) throw new Error(opened.problem.message);
  const tensors: Record<string, WrittenTensor> = {};
  for (const [seed, { path: module, part, kind, shape }] of opened.value.slots.entries()) {
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    const [out, ...inner] = shape;
    const add = (suffix: string, dims: number[]) => {
      const size = dims.reduce((a, b) => a * b, 1);
      tensors[`${key}.${suffix}`] = { shape: dims, data: numbers(size, seed + size).map((x) => x * 0.3) };
    };
    if (part === 'weight' && kind !== 'norm') {
      add('lora_down.weight', [2, ...inner]);
      add('lora_up.weight', [out, 2, ...inner.slice(1).map(() => 1)]);
    } else add(kind === 'norm' ? (part === 'weight' ? 'w_norm' : 'b_norm') : 'diff_b', [out]);
  }
  const network = openLoraFile(write(folder, 'all.safetensors', safetensors(tensors)), file);
  if (!network.ok) throw new Error(network.problem.message);
  return { file: opened.value, lora: { name: 'all', file: network.value, te: 1, unet: 0.7 } };
}

let count = 0;

describe.each(FIXTURES)('%s', (name) => {
  it.each([
    ['inside', (target: string) => copied(name, target)],
    ['beside', (target: string) => externalised(name, target)],
  ])('with its weights %s, computes what inputs compute', async (_, make) => {
    const source = make(path.join(folder, `source-${count++}`));
    const { file, lora } = loraOn(source);
    const { changes, reports } = assign([lora], { unet: indexSlots(file.slots) });
    expect(reports[0].applied).toBe(reports[0].total);
    expect(changes.unet.size).toBe(file.slots.length);
    const target = path.join(folder, `target-${count++}`);
    const journal = openJournal(target, 'key');
    if (!journal.ok) throw new Error(journal.problem.message);
    const graph = { file, changes: changes.unet, target, label: 'unet' };
    const plan = planOf(graph, 'stored');
    const result = await bakeGraph(runtime, graph, plan, journal.value, none);
    journal.value.close();
    expect(result).toEqual({ ok: true, value: [] });

    const open = new Set(file.slots.keys());
    const binding = await openWay('merged', { runtime, file, open });
    await binding.bind(changes.unet);
    const session = await runtime.open(path.join(target, 'model.onnx'), target, 'speed');
    if (!session.ok) throw new Error(session.problem.message);
    const expected = (await binding.session.run({ ...feeds, ...binding.feeds })).out;
    const plain = flat(name === 'op17_equal_q_k' ? state.output_equal_q_k : state.output);
    const actual = (await session.value.run(feeds)).out.data as Float32Array;
    expect(distance(actual, expected.data as Float32Array)).toBeLessThan(2e-6);
    expect(distance(actual, plain)).toBeGreaterThan(1e-2);
    await session.value.release();
    await binding.release();
    file.close();
  });
});

describe('a weight that is stored once for two modules', () => {
  it('gets a place of its own, and the other module keeps the old one', async () => {
    const { file } = loraOn(path.resolve(fixturePath('op17_equal_q_k')));
    const keys = ['to_q', 'to_k'].map((end) => file.slots.findIndex((slot) => slot.path.endsWith(end)));
    expect(file.slots[keys[0]].tensor).toBe(file.slots[keys[1]].tensor);
    const added = (indexes: number[]) =>
      planOf(
        { file, changes: new Map(indexes.map((index) => [index, []])), target: '', label: '' },
        'stored',
      );
    const one = added([keys[1]]);
    expect(one.placements.get(keys[1])?.location).toBe(one.added?.location);
    expect(one.added?.length).toBe(4 * 24);
    const modules = file.slots.findIndex((slot) => slot.path.endsWith('conv1') && slot.part === 'weight');
    expect(added([modules]).added).toBeUndefined();
    file.close();
  });
});

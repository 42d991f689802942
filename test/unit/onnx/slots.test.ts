import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  encode,
  findSlots,
  modulesOf,
  type OnnxModel,
  type WeightSlot,
} from '../../../server/src/formats/onnx/index';
import { FIXTURES, fixturePath, flat, modelOf, parametersOf, shapeOf } from './support';

function storedValues(model: OnnxModel, slot: WeightSlot): number[] {
  if (slot.tensor.data.kind !== 'inline') throw new Error('the fixtures are inline');
  const { offset, length } = slot.tensor.data;
  return [...new Float32Array(new Uint8Array(model.source.read(offset, length)).buffer)];
}

/** The slot's stored numbers in PyTorch layout. */
function torchValues(model: OnnxModel, slot: WeightSlot): number[] {
  const stored = storedValues(model, slot);
  if (slot.storedLayout === 'torch') return stored;
  const [out, inner] = slot.shape;
  return stored.map((_, index) => stored[(index % inner) * out + Math.floor(index / inner)]);
}

describe.each(FIXTURES)('%s', (name) => {
  const model = modelOf(readFileSync(fixturePath(name)));
  const slots = findSlots(model);
  const parameters = parametersOf(name);

  it('finds every parameter of the module and no other', () => {
    expect(slots.map((slot) => `${slot.path}.${slot.part}`).sort()).toEqual(Object.keys(parameters).sort());
  });

  it.each(Object.keys(parameters))('%s has its own numbers and shape', (key) => {
    const slot = slots.find((candidate) => `${candidate.path}.${candidate.part}` === key);
    expect(slot?.shape).toEqual(shapeOf(parameters[key]));
    expect(torchValues(model, slot!)).toEqual(flat(parameters[key]));
  });

  it('reads every slot at a place of its own', () => {
    const uses = slots.flatMap((slot) => slot.uses.map((use) => `${use.node}:${use.input}`));
    expect(new Set(uses).size).toBe(uses.length);
  });

  it('lists modules by their weights', () => {
    const weights = Object.keys(parameters).filter((key) => key.endsWith('.weight'));
    const expected = Object.fromEntries(
      weights.map((key) => [key.slice(0, -'.weight'.length), shapeOf(parameters[key])]),
    );
    expect(modulesOf(model)).toEqual(expected);
  });
});

describe('the built-in model', () => {
  const count = (part: string) => {
    const found: Record<string, number> = {};
    for (const slot of findSlots(modelOf(readFileSync(`media/demo-model/${part}/model.onnx`)))) {
      const key = `${slot.kind} ${slot.part}`;
      found[key] = (found[key] ?? 0) + 1;
    }
    return found;
  };

  it('finds all modules of the UNet behind their casts', () => {
    expect(count('unet')).toEqual({
      'linear weight': 83,
      'linear bias': 41,
      'conv weight': 49,
      'conv bias': 49,
      'norm weight': 51,
      'norm bias': 51,
    });
  });

  it('finds all modules of the text encoder', () => {
    expect(count('text_encoder')).toEqual({
      'linear weight': 12,
      'linear bias': 12,
      'norm weight': 5,
      'norm bias': 5,
    });
  });
});

const FLOAT = 1;
const zeros = (name: string, dims: number[]) =>
  encode.tensor(name, FLOAT, dims, new Uint8Array(4 * dims.reduce((a, b) => a * b, 1)));

/** A graph of the given nodes, with weights of 3 inputs and 2 outputs. */
function graphOf(nodes: Uint8Array[], initializers: Uint8Array[]): OnnxModel {
  return modelOf(
    encode.model({
      nodes,
      initializers,
      inputs: [encode.valueInfo('x', FLOAT, ['n', 3])],
      outputs: [encode.valueInfo('y', FLOAT, ['n', 2])],
      opset: 18,
    }),
  );
}

describe('other exporters', () => {
  const pathsOf = (model: OnnxModel) => findSlots(model).map((slot) => `${slot.path}.${slot.part}`);

  it('reads module scopes from node metadata', async () => {
    const { bytesField, concatBytes } = await import('../../../server/src/formats/onnx/wire');
    const scopes = "['', 'down_blocks.0', 'down_blocks.0.attentions.0.to_q', 'linear_3']";
    const metadata = bytesField(
      9,
      concatBytes([bytesField(1, 'pkg.torch.onnx.name_scopes'), bytesField(2, scopes)]),
    );
    const node = concatBytes([encode.node('MatMul', ['x', 'val_7'], ['y'], 'node_MatMul_12'), metadata]);
    expect(pathsOf(graphOf([node], [zeros('val_7', [3, 2])]))).toEqual([
      'down_blocks.0.attentions.0.to_q.weight',
    ]);
  });

  it.each(['scopes', 'namespace', 'folded'])(
    'finds the modules of torch’s current exporter by %s',
    (form) => {
      const slotsOf = (file: string) =>
        findSlots(modelOf(readFileSync(file))).map(({ path, part, shape, layout, uses }) => ({
          path: `${path}.${part}`,
          shape,
          layout,
          uses,
        }));
      const wanted = slotsOf('test/golden/onnx/op17.onnx');
      const found = slotsOf(`test/golden/onnx/names/${form}.onnx`);
      expect(found).toEqual(wanted);
    },
  );
  it('names a linear by the bias that follows it', () => {
    const nodes = [
      encode.node('MatMul', ['x', 'val_1'], ['t'], 'node_MatMul_1'),
      encode.node('Add', ['t', 'mid_block.attentions.0.to_out.0.bias'], ['y'], 'node_Add_2'),
    ];
    const model = graphOf(nodes, [
      zeros('val_1', [3, 2]),
      zeros('mid_block.attentions.0.to_out.0.bias', [2]),
    ]);
    expect(pathsOf(model)).toEqual([
      'mid_block.attentions.0.to_out.0.weight',
      'mid_block.attentions.0.to_out.0.bias',
    ]);
  });

  it('drops the name of a wrapper and doubled containers', () => {
    const node = encode.node(
      'MatMul',
      ['x', 'w'],
      ['y'],
      '/unet/down_blocks/down_blocks.0/ff/net/net.0/proj/MatMul',
    );
    expect(pathsOf(graphOf([node], [zeros('w', [3, 2])]))).toEqual(['down_blocks.0.ff.net.0.proj.weight']);
  });

  it('reads orientation from the operator, not from the shape', () => {
    const square = [zeros('a.weight', [3, 3])];
    const [gemm] = findSlots(
      graphOf(
        [encode.node('Gemm', ['x', 'a.weight'], ['y'], 'g', [encode.intAttribute('transB', 1)])],
        square,
      ),
    );
    const [plain] = findSlots(graphOf([encode.node('Gemm', ['x', 'a.weight'], ['y'], 'g')], square));
    expect([gemm.layout, plain.layout]).toEqual(['torch', 'transposed']);
  });

  it('gives modules that share a tensor a slot each', () => {
    const nodes = [
      encode.node('MatMul', ['x', 'w'], ['t'], '/a.0/to_q/MatMul'),
      encode.node('MatMul', ['x', 'w'], ['u'], '/a.0/to_k/MatMul'),
      encode.node('Add', ['t', 'u'], ['y'], '/a.0/Add'),
    ];
    expect(pathsOf(graphOf(nodes, [zeros('w', [3, 2])]))).toEqual(['a.0.to_q.weight', 'a.0.to_k.weight']);
  });

  it('leaves nameless weights without a trace alone', () => {
    expect(
      pathsOf(graphOf([encode.node('MatMul', ['x', 'w'], ['y'], 'MatMul_3')], [zeros('w', [3, 2])])),
    ).toEqual([]);
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { addBranches } from '../../../../server/src/engine/graph/branches';
import { createGraphEdit } from '../../../../server/src/engine/graph/graphEdit';
import { openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { ELEMENT, encode } from '../../../../server/src/formats/onnx/index';
import { modelOf } from '../../onnx/support';
import { distance, numbers, temporaryFolder, write } from '../support';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const opened: { release(): Promise<void> }[] = [];
const files: { close(): void }[] = [];
afterAll(async () => {
  for (const one of opened) await one.release();
  for (const one of files) one.close();
});

const INPUTS = 3;
const RANK = 2;
const SHAPE = [2, 5, INPUTS];
const f32 = (count: number, seed: number) => Float32Array.from(numbers(count, seed));
const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer);
const rowsOf = (data: Float32Array, width: number, row: number) =>
  data.subarray(row * width, (row + 1) * width);

/** A linear layer with a bias as torch exports it: `out` outputs, opset and further outputs of the graph as given. */
function layer(out: number, { opset = 17, more = [] as string[], isConstantFirst = true } = {}) {
  const weight = f32(INPUTS * out, 1);
  const bias = f32(out, 2);
  const at = '/block/to_q';
  const addends = [`block.to_q.bias`, `${at}/MatMul_output_0`];
  const bytes = encode.model({
    nodes: [
      encode.node('MatMul', ['x', 'w'], [`${at}/MatMul_output_0`], `${at}/MatMul`),
      encode.node('Add', isConstantFirst ? addends : addends.reverse(), ['y'], `${at}/Add`),
    ],
    initializers: [
      encode.tensor('w', ELEMENT.float, [INPUTS, out], bytesOf(weight)),
      encode.tensor('block.to_q.bias', ELEMENT.float, [out], bytesOf(bias)),
    ],
    inputs: [encode.valueInfo('x', ELEMENT.float, ['batch', 'tokens', INPUTS])],
    outputs: ['y', ...more].map((name) => encode.valueInfo(name, ELEMENT.float, ['batch', 'tokens', out])),
    opset,
  });
  const name = `${out}-${opset}-${more.length}-${isConstantFirst}.onnx`;
  const file = openModelFile(write(folder, name, bytes));
  if (!file.ok) throw new Error(file.problem.message);
  files.push(file.value);
  const slot = file.value.slots.find(({ part }) => part === 'weight')!;
  return { file: file.value, slot, weight, bias, at };
}

/** Operators of the edited graph, and the graph. */
function edited({ file, slot }: ReturnType<typeof layer>) {
  const edit = createGraphEdit(file.model);
  const [inputs] = addBranches(edit, [slot], file.slots);
  const bytes = edit.bytes();
  return { bytes, inputs: inputs!, operators: modelOf(bytes).nodes.map(({ opType }) => opType) };
}

describe('factors beside a product that gets a bias', () => {
  it.each([
    [4, true, 'Add'],
    [4, false, 'Add'],
    [12, true, 'Gemm'],
  ] as const)('add it on the way: %i outputs, the bias first %s', async (out, isConstantFirst, last) => {
    const made = layer(out, { isConstantFirst });
    const { bytes, inputs, operators } = edited(made);
    // One addition of the product, and none of the bias.
    expect(operators.filter((name) => name === 'Add' || name === 'Gemm')).toEqual([last]);
    const session = await runtime.open(bytes, folder, 'speed');
    if (!session.ok) throw new Error(session.problem.message);
    opened.push(session.value);
    const [x, down, up] = [f32(2 * 5 * INPUTS, 3), f32(RANK * INPUTS, 4), f32(RANK * out, 5)];
    const { y } = await session.value.run({
      x: new Tensor('float32', x, SHAPE),
      [inputs.down.name]: new Tensor('float32', down, [RANK, INPUTS]),
      [inputs.up.name]: new Tensor('float32', up, [RANK, out]),
      [inputs.scale.name]: new Tensor('float32', Float32Array.of(0.5, -2), [RANK, 1]),
    });
    const expected = Array.from({ length: 10 * out }, (_, at) => {
      const [token, to] = [rowsOf(x, INPUTS, Math.floor(at / out)), at % out];
      const dot = (other: Float32Array, row: number) =>
        token.reduce((sum, value, i) => sum + value * other[row * INPUTS + i]!, 0);
      const base = token.reduce((sum, value, i) => sum + value * made.weight[i * out + to]!, made.bias[to]!);
      return base + 0.5 * dot(down, 0) * up[to]! - 2 * dot(down, 1) * up[out + to]!;
    });
    expect(y.dims).toEqual([2, 5, out]);
    expect(distance(y.data as Float32Array, expected)).toBeLessThan(1e-5);
  });

  it('leave it where something else reads the product', () => {
    const made = layer(4, { more: ['/block/to_q/MatMul_output_0'] });
    expect(edited(made).operators.filter((name) => name === 'Add')).toHaveLength(2);
  });

  it('leave it in graphs of operators before version 11', () => {
    expect(edited(layer(4, { opset: 10 })).operators.filter((name) => name === 'Add')).toHaveLength(2);
  });
});

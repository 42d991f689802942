import { afterAll, describe, expect, it } from 'vitest';
import { createGraphEdit } from '../../../../server/src/engine/graph/graphEdit';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { ELEMENT, encode } from '../../../../server/src/formats/onnx/index';
import { modelOf } from '../../onnx/support';
import { temporaryFolder } from '../support';

const folder = temporaryFolder();
const runtime = createRuntime(1);
const opened: { release(): Promise<void> }[] = [];
afterAll(async () => {
  for (const session of opened) await session.release();
});

const scalar = (name: string, value: number) =>
  encode.tensor(name, ELEMENT.float, [], new Uint8Array(Float32Array.of(value).buffer));

/** `y = (x · a) + (x · b)`, where `b` is a negated constant; `product` names the first product. */
function model(product = 'p') {
  return modelOf(
    encode.model({
      nodes: [
        encode.node('Neg', ['b0'], ['b'], 'negate'),
        encode.node('Mul', ['x', 'a'], [product], 'first'),
        encode.node('Mul', ['x', 'b'], ['q'], 'second'),
        encode.node('Add', [product, 'q'], ['y'], 'sum'),
      ],
      initializers: [scalar('a', 2), scalar('b0', 3)],
      inputs: [encode.valueInfo('x', ELEMENT.float, [])],
      outputs: [encode.valueInfo('y', ELEMENT.float, [])],
      opset: 14,
    }),
  );
}

async function run(bytes: Uint8Array, feeds: Readonly<Record<string, number | boolean>>) {
  const session = await runtime.open(bytes, folder, 'mapped');
  if (!session.ok) throw new Error(session.problem.message);
  opened.push(session.value);
  const tensors = Object.entries(feeds).map(([name, value]) => [
    name,
    typeof value === 'boolean'
      ? new Tensor('bool', [value], [])
      : new Tensor('float32', Float32Array.of(value), []),
  ]);
  const outputs = await session.value.run(Object.fromEntries(tensors));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, (data as Float32Array)[0]]),
  );
}

describe('an edit of a graph', () => {
  it('replaces what an input reads, and leaves out what only served the old value', async () => {
    const edit = createGraphEdit(model());
    const input = edit.addInput('w', ELEMENT.float, []);
    edit.replaceInput([{ node: 2, input: 1 }], input);
    const bytes = edit.bytes();
    expect(modelOf(bytes).nodes.map(({ name }) => name)).toEqual(['first', 'second', 'sum']);
    expect([...modelOf(bytes).initializers.keys()]).toEqual(['a']);
    expect(await run(bytes, { x: 1, w: 10 })).toEqual({ y: 12 });
  });

  it('keeps an old value that a new node reads', async () => {
    const edit = createGraphEdit(model());
    const nodes = edit.after(0, 'test');
    edit.replaceInput([{ node: 2, input: 1 }], nodes.op('Mul', [edit.value('b'), nodes.floats([2])]));
    expect(await run(edit.bytes(), { x: 1 })).toEqual({ y: 2 - 6 });
  });

  it('replaces the output of a node for all readers, a graph output included', async () => {
    const edit = createGraphEdit(model());
    edit.replaceOutput(3, 'test', (own, nodes) => nodes.op('Neg', [own]));
    edit.replaceOutput(1, 'test', (own, nodes) => nodes.op('Add', [own, own]));
    expect(await run(edit.bytes(), { x: 1 })).toEqual({ y: -(4 - 3) });
  });

  it('replaces a node, and copies it with other inputs into a branch', async () => {
    const edit = createGraphEdit(model());
    const condition = edit.addInput('isFed', ELEMENT.bool, []);
    const fed = edit.addInput('fed', ELEMENT.float, []);
    edit.replaceNode(1, 'test', (nodes) =>
      nodes.choose(
        condition,
        (inner) => inner.append(edit.copyOf(1, new Map([[1, fed]]))),
        (inner) => inner.append(edit.copyOf(1)),
      ),
    );
    const bytes = edit.bytes();
    expect(await run(bytes, { x: 1, fed: 100, isFed: true })).toEqual({ y: 97 });
    expect(await run(bytes, { x: 1, fed: 100, isFed: false })).toEqual({ y: -1 });
  });

  it('gives inner values out, and chooses no name that the model has', async () => {
    const edit = createGraphEdit(model('sdprompt.w'));
    const input = edit.addInput('sdprompt.w', ELEMENT.float, []);
    expect(input.name).not.toBe('sdprompt.w');
    edit.replaceInput([{ node: 2, input: 1 }], input);
    edit.addOutput(edit.value('sdprompt.w'));
    expect(await run(edit.bytes(), { x: 1, [input.name]: 5 })).toEqual({ y: 7, 'sdprompt.w': 2 });
  });

  it('copies the file byte for byte where nothing is edited', () => {
    const untouched = model();
    const bytes = createGraphEdit(untouched).bytes();
    expect(bytes).toEqual(untouched.source.read(0, untouched.source.size));
  });
});

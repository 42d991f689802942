import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, editGraph, encode, memorySource, readModel } from '../../../server/src/formats/onnx/index';
import { bytesField, concatBytes, varintBytes } from '../../../server/src/formats/onnx/wire';
import { FIXTURES, fixturePath, modelOf } from './support';

const files = [
  ...FIXTURES.map(fixturePath),
  'media/demo-model/unet/model.onnx',
  'media/demo-model/text_encoder/model.onnx',
];

describe('reading', () => {
  it.each(files)('%s: skips the weights', (file) => {
    const bytes = readFileSync(file);
    let read = 0;
    const model = readModel({
      size: bytes.length,
      read(offset, length) {
        read += length;
        return bytes.subarray(offset, offset + length);
      },
    });
    expect(model.ok).toBe(true);
    // One window of 64 KiB per large tensor at most, and the graph itself.
    if (bytes.length > 2 ** 22) expect(read).toBeLessThan(bytes.length);
  });

  it('refuses damaged files with a value, never with an exception', () => {
    const whole = readFileSync(fixturePath('op17'));
    for (let length = 0; length < whole.length; length += 97) {
      const model = readModel(memorySource(whole.subarray(0, length)));
      if (!model.ok) expect(model.problem.code).toBe('onnx-unreadable');
    }
    expect(readModel(memorySource(new Uint8Array(0))).ok).toBe(false);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        readModel(memorySource(bytes));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('reads varints of all lengths', () => {
    for (const value of [0n, 1n, 127n, 128n, 2n ** 31n, 2n ** 53n - 1n, -1n]) {
      const dims = bytesField(1, varintBytes(value));
      const tensor = concatBytes([dims, bytesField(8, 'w')]);
      const graph = bytesField(7, bytesField(5, tensor));
      expect(modelOf(graph).initializers.get('w')?.dims).toEqual([Number(value)]);
    }
  });
});

describe('editing', () => {
  it.each(files)('%s: without edits the bytes stay what they are', (file) => {
    const bytes = readFileSync(file);
    const model = modelOf(bytes);
    expect(Buffer.compare(assemble(editGraph(model, {}), model.source), bytes)).toBe(0);
  });

  it('keeps fields it does not know', () => {
    const unknown = bytesField(900, 'of a later version');
    const node = concatBytes([encode.node('Relu', ['x'], ['y'], 'n'), unknown]);
    const input = encode.valueInfo('x', 1, [1]);
    const output = encode.valueInfo('z', 1, [1]);
    const bytes = concatBytes([
      encode.model({ nodes: [node], initializers: [], inputs: [input], outputs: [output], opset: 17 }),
      unknown,
    ]);
    const model = modelOf(bytes);
    const edited = assemble(
      editGraph(model, {
        rewire: new Map([[0, new Map([[0, 'w']])]]),
        rename: new Map([[0, new Map([[0, 'z']])]]),
      }),
      model.source,
    );
    const again = modelOf(edited);
    expect([again.nodes[0].inputs, again.nodes[0].outputs]).toEqual([['w'], ['z']]);
    expect(Buffer.from(edited).toString('latin1').split('of a later version')).toHaveLength(3);
  });

  it('drops, replaces and adds', () => {
    const bytes = readFileSync(fixturePath('op17'));
    const model = modelOf(bytes);
    const [first, second] = [...model.initializers.keys()];
    const edited = modelOf(
      assemble(
        editGraph(model, {
          dropNodes: new Set([0]),
          dropInitializers: new Set([first]),
          replaceInitializers: new Map([[second, encode.externalTensor(second, 1, [2], 'w.bin', 16, 8)]]),
          addInitializers: [encode.tensor('extra', 1, [1], new Uint8Array(4))],
          addInputs: [encode.valueInfo('more', 1, ['n', 3])],
          addOutputs: [encode.valueInfo('inner', 1, [])],
          prologue: [encode.node('Relu', ['more'], ['relu'], 'early')],
          insertAfter: new Map([[1, [encode.node('Relu', ['relu'], ['late'], 'late')]]]),
        }),
        model.source,
      ),
    );
    expect(edited.nodes.map((node) => node.name)).toEqual([
      'early',
      model.nodes[1].name,
      'late',
      ...model.nodes.slice(2).map((node) => node.name),
    ]);
    expect(edited.initializers.has(first)).toBe(false);
    expect(edited.initializers.get(second)?.data).toEqual({
      kind: 'external',
      location: 'w.bin',
      offset: 16,
      length: 8,
    });
    expect(edited.inputs.at(-1)).toMatchObject({ name: 'more', dims: ['n', 3] });
    expect(edited.outputs.at(-1)?.name).toBe('inner');
    expect(edited.initializers.has('extra')).toBe(true);
  });
});

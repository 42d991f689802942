import { describe, expect, it } from 'vitest';
import { externalLocations } from '../../../../server/src/formats/onnx/externalFiles';
import { bytesField, concatBytes, memorySource } from '../../../../server/src/formats/onnx/wire';

const field = bytesField;
const tensor = concatBytes([
  field(8, 'w'),
  field(13, concatBytes([field(1, 'location'), field(2, '../key')])),
]);
const sparse = field(1, tensor);
const inAttribute = (number: number, value: Uint8Array) => field(1, field(5, field(number, value)));
const graph = field(5, tensor);

describe('locations of external data', () => {
  it.each([
    ['an initializer', field(7, graph)],
    ['values of a sparse initializer', field(7, field(15, sparse))],
    ['indices of a sparse initializer', field(7, field(15, field(2, tensor)))],
    ['a tensor of an attribute', field(7, inAttribute(5, tensor))],
    ['tensors of an attribute', field(7, inAttribute(10, tensor))],
    ['a sparse tensor of an attribute', field(7, inAttribute(22, sparse))],
    ['sparse tensors of an attribute', field(7, inAttribute(23, sparse))],
    ['a subgraph', field(7, inAttribute(6, graph))],
    ['subgraphs', field(7, inAttribute(11, graph))],
    ['a subgraph inside a subgraph', field(7, inAttribute(6, inAttribute(6, graph)))],
    ['a node of a function', field(25, field(7, field(5, field(5, tensor))))],
    ['a default attribute of a function', field(25, field(11, field(5, tensor)))],
    ['training information', field(20, field(1, graph))],
    ['a second graph', concatBytes([field(7, new Uint8Array(0)), field(7, graph)])],
  ])('are found in %s', (_where, bytes) => {
    const found = externalLocations(memorySource(bytes));
    expect(found.ok && [...found.value]).toEqual(['../key']);
  });

  it('are none in a model whose weights are inside', () => {
    const found = externalLocations(memorySource(field(7, field(5, field(8, 'w')))));
    expect(found.ok && [...found.value]).toEqual([]);
  });

  it('fails for what is no protobuf message, and for messages nested too deep', () => {
    let deep = graph;
    for (let level = 0; level < 40; level++) deep = inAttribute(6, deep);
    for (const bytes of [Uint8Array.of(0xff), field(7, deep)])
      expect(externalLocations(memorySource(bytes))).toMatchObject({ problem: { code: 'onnx-unreadable' } });
  });
});

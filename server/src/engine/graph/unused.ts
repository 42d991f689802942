import type { OnnxModel, SlotUse } from '../../formats/onnx/index';
import type { Value } from './nodes';

interface EditedReads {
  readonly model: OnnxModel;
  /** Names of values that lost a reader. */
  readonly released: readonly string[];
  /** Nodes that are left out. */
  readonly dropped: ReadonlySet<number>;
  inputOf(use: SlotUse): Value;
  /** Names that new nodes and outputs read, as often as they do. */
  readonly reads: readonly string[];
}

/** Nodes and initializers that nothing reads any more once values have lost readers. */
export function unusedAfter({ model, released, dropped, inputOf, reads }: EditedReads): {
  readonly dropNodes: Set<number>;
  readonly dropInitializers: Set<string>;
} {
  const dropNodes = new Set<number>();
  const dropInitializers = new Set<string>();
  if (released.length === 0) return { dropNodes, dropInitializers };
  const readers = new Map<string, number>();
  const count = (name: string, by: number) => {
    if (name) readers.set(name, (readers.get(name) ?? 0) + by);
  };
  const producers = new Map<string, number>();
  for (const [node, { inputs, outputs }] of model.nodes.entries()) {
    for (const name of outputs) producers.set(name, node);
    if (!dropped.has(node)) for (const input of inputs.keys()) count(inputOf({ node, input }).name, 1);
  }
  for (const name of reads) count(name, 1);
  for (const { name } of model.outputs) count(name, 1);

  const leaveOut = (name: string) => {
    if ((readers.get(name) ?? 0) > 0) return;
    if (model.initializers.has(name)) dropInitializers.add(name);
    const producer = producers.get(name);
    if (producer === undefined || dropped.has(producer) || dropNodes.has(producer)) return;
    const { inputs, outputs } = model.nodes[producer]!;
    if (outputs.some((output) => (readers.get(output) ?? 0) > 0)) return;
    dropNodes.add(producer);
    for (const input of inputs.keys()) {
      const read = inputOf({ node: producer, input }).name;
      count(read, -1);
      leaveOut(read);
    }
  };
  for (const name of released) leaveOut(name);
  return { dropNodes, dropInitializers };
}

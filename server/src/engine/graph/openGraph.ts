import { encode, type GraphEdits, type OnnxModel, type WeightSlot } from '../../formats/onnx/index';
import type { ModelFile } from './modelFile';

/** Initializers from this size on are left in their file and mapped, whatever the exporter did. */
const MAPPED_BYTES = 4096;

/** Name of the graph input that stands for a slot. */
export function inputName(slot: WeightSlot): string {
  return `sdprompt.${slot.path}.${slot.part}`;
}

/** Rewires every reader of the slots to `nameOf(slot)`. */
export function rewireSlots(
  slots: readonly WeightSlot[],
  nameOf: (slot: WeightSlot) => string,
): Map<number, Map<number, string>> {
  const rewire = new Map<number, Map<number, string>>();
  for (const slot of slots)
    for (const use of slot.uses) {
      const inputs = rewire.get(use.node) ?? new Map<number, string>();
      inputs.set(use.input, nameOf(slot));
      rewire.set(use.node, inputs);
    }
  return rewire;
}

/**
 * Edits that turn slots into graph inputs: readers are rewired, what only served the old weights is dropped, and
 * large initializers become references to their bytes on disk, so that the edited graph is small.
 */
export function weightsAsInputs(file: ModelFile, slots: readonly WeightSlot[]): GraphEdits {
  const rewire = rewireSlots(slots, inputName);
  return {
    rewire,
    ...unusedAfter(file.model, rewire),
    replaceInitializers: mappedInitializers(file),
    addInputs: slots.map((slot) => encode.valueInfo(inputName(slot), slot.elementType, slot.dims)),
  };
}

/** References for all initializers that are large and inline. */
export function mappedInitializers(file: ModelFile): Map<string, Uint8Array> {
  const replaced = new Map<string, Uint8Array>();
  for (const [name, tensor] of file.model.initializers) {
    const isLarge = tensor.data.kind === 'inline' && tensor.data.length >= MAPPED_BYTES;
    if (isLarge) replaced.set(name, file.reference(tensor, name, tensor.dims));
  }
  return replaced;
}

/** Nodes and initializers nobody reads any more once the rewired inputs have left them. */
export function unusedAfter(
  model: OnnxModel,
  rewire: ReadonlyMap<number, ReadonlyMap<number, string>>,
): { dropNodes: Set<number>; dropInitializers: Set<string> } {
  const readers = new Map<string, number>();
  const count = (name: string, by: number) => {
    if (name) readers.set(name, (readers.get(name) ?? 0) + by);
  };
  const producers = new Map<string, number>();
  model.nodes.forEach((node, index) => {
    for (const name of node.inputs) count(name, 1);
    for (const name of node.outputs) producers.set(name, index);
  });
  for (const output of model.outputs) count(output.name, 1);
  const dropNodes = new Set<number>();
  const dropInitializers = new Set<string>();
  const release = (name: string) => {
    count(name, -1);
    if ((readers.get(name) ?? 0) > 0) return;
    if (model.initializers.has(name)) dropInitializers.add(name);
    const producer = producers.get(name);
    if (producer === undefined || dropNodes.has(producer)) return;
    const node = model.nodes[producer];
    if (node.outputs.some((output) => (readers.get(output) ?? 0) > 0)) return;
    dropNodes.add(producer);
    for (const input of node.inputs) if (input) release(input);
  };
  for (const [index, inputs] of rewire)
    for (const input of inputs.keys()) release(model.nodes[index].inputs[input]);
  return { dropNodes, dropInitializers };
}

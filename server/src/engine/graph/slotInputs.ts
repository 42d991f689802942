import type { WeightSlot } from '../../formats/onnx/index';
import type { GraphEdit } from './graphEdit';
import type { ModelFile } from './modelFile';
import type { Value } from './nodes';

/** Initializers from this size on are left in their file and mapped, whatever the exporter did. */
const MAPPED_BYTES = 4096;

/** Name of a value that stands for a slot, where no other value has it. */
export function slotName(slot: WeightSlot): string {
  return `sdprompt.${slot.path}.${slot.part}`;
}

/** Turns slots into graph inputs, in the slots' type and dimensions; gives them in the order of the slots. */
export function addSlotInputs(edit: GraphEdit, slots: readonly WeightSlot[]): Value[] {
  return slots.map((slot) => {
    const input = edit.addInput(slotName(slot), slot.elementType, slot.dims);
    edit.replaceInput(slot.uses, input);
    return input;
  });
}

/** Makes large initializers references to their bytes on disk, so that the edited graph is small and its weights are mapped. */
export function mapInitializers(edit: GraphEdit, file: ModelFile): void {
  for (const [name, tensor] of file.model.initializers) {
    const isLarge = tensor.data.kind === 'inline' && tensor.data.length >= MAPPED_BYTES;
    if (isLarge) edit.replaceInitializer(name, file.reference(tensor, name, tensor.dims));
  }
}

export { assemble, editGraph, type GraphEdits, lengthOf, renamedNode, type Segment } from './edit';
export * as encode from './encode';
export {
  ELEMENT,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  readModel,
  type TensorData,
} from './model';
export { modulesOf } from './modules';
export type { PackedModule } from './packed';
export { findSlots, type Layout, type QuantisedUse, type SlotUse, type WeightSlot } from './slots';
export { type ByteSource, memorySource } from './wire';

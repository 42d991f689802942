export { assemble, editGraph, type GraphEdits, lengthOf, renamedNode, type Segment } from './edit';
export * as encode from './encode';
export { externalLocations } from './externalFiles';
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
export { TENSOR } from './schema';
export {
  connectionsOf,
  type Graph,
  type Layout,
  type PackedModule,
  type QuantisedUse,
  type SlotUse,
  type WeightSlot,
} from './slot';
export { findSlots } from './slots';
export { type ByteSource, memorySource } from './wire';

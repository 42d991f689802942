import { ELEMENT, type WeightSlot } from '../../formats/onnx/index';
import type { ModelFile } from '../graph/modelFile';
import type { SlotChange } from '../lora/assign';
import { encodeF16 } from '../lora/convert';
import { mergeBias, mergeWeight } from '../lora/mergeModule';
import { putRows, type Tensor64, takeRows, transpose } from '../lora/tensor';
import type { BindFailure } from './binding';

/** A slot's value where it is fed: float32, or half precision bits. */
export type SlotArray = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** An array for the slot's value. Throws for element types no graph has been seen to read weights in. */
export function slotArray(slot: WeightSlot): SlotArray {
  const count = slot.dims.reduce((a, b) => a * b, 1);
  if (slot.elementType === ELEMENT.float) return new Float32Array(count);
  if (slot.elementType === ELEMENT.float16) return new Uint16Array(count);
  throw new Error(`${slot.path} is read as element type ${slot.elementType}`);
}

/**
 * Computes a slot's value in float64 from W0 on disk, one network after the other, and rounds it once: the way for all
 * kinds that are no pair of thin factors, and for biases and norms. A network that does not fit is skipped and told.
 */
export function mergeDense(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly SlotChange[],
  into: SlotArray,
): BindFailure[] {
  const { value, failures } = mergedValue(file, slot, changes);
  store(slot, value.data, into);
  return failures;
}

/** The same before it is rounded, in PyTorch layout. */
export function mergedValue(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly SlotChange[],
): { value: Tensor64; failures: BindFailure[] } {
  const failures: BindFailure[] = [];
  let value: Tensor64 = torchWeight(file, slot);
  for (const change of changes) {
    const { module, lora, strength, rows } = change;
    const merge = slot.part === 'bias' ? mergeBias : mergeWeight;
    const own = rows ? takeRows(value, rows) : value;
    const merged = merge(own, module.tensors, strength, lora.dyn);
    if (merged.ok) value = rows ? putRows(value, rows, merged.value) : merged.value;
    else failures.push({ lora, module, reason: `${module.source.name}: ${merged.problem.message}` });
  }
  return { value, failures };
}

/** W0 of a slot in PyTorch layout, read from disk. */
export function torchWeight(file: ModelFile, slot: WeightSlot): Tensor64 {
  const stored = file.values(slot.tensor);
  const [out, inner] = slot.shape;
  return { shape: slot.shape, data: slot.storedLayout === 'torch' ? stored : transpose(stored, inner, out) };
}

function store(slot: WeightSlot, torch: Float64Array, into: SlotArray): void {
  const [out, inner] = slot.shape;
  const data = slot.layout === 'torch' ? torch : transpose(torch, out, inner);
  if (into instanceof Float32Array) into.set(data);
  else for (let i = 0; i < data.length; i++) into[i] = encodeF16(data[i]);
}

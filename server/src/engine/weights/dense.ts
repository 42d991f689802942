import { ELEMENT, type WeightSlot } from '../../formats/onnx/index';
import type { ModelFile } from '../graph/modelFile';
import type { SlotChange } from '../lora/assign';
import { encodeF16 } from '../lora/convert';
import { changeRows, type RowChange, rowsAtATime } from '../lora/kinds/kind';
import { mergeBias, mergeWeight, prepareChange } from '../lora/mergeModule';
import { createScratch } from '../lora/product';
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
 * kinds that are no pair of thin factors, and for biases and norms. Rows are read, changed and rounded some at a time, so
 * that they stay in the processor's caches. A network that does not fit is skipped and told.
 */
export function mergeDense(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly SlotChange[],
  into: SlotArray,
): BindFailure[] {
  const failures: BindFailure[] = [];
  const prepared = slot.part === 'bias' ? undefined : prepareRows(slot, changes, failures);
  if (prepared) changeInBlocks(file, slot, prepared, into);
  else {
    const merged = mergedValue(file, slot, changes);
    failures.push(...merged.failures);
    storeRows(slot, merged.value.data, 0, into);
  }
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
    const own = rows ? takeRows(value, rows) : value;
    const merged =
      slot.part === 'bias'
        ? mergeBias(own, module.tensors, strength)
        : mergeWeight(own, module.tensors, strength, lora.dyn);
    if (merged.ok) value = rows ? putRows(value, rows, merged.value) : merged.value;
    else failures.push(failureOf(change, merged.problem.message));
  }
  return { value, failures };
}

function failureOf({ lora, module }: SlotChange, message: string): BindFailure {
  return { lora, module, reason: `${module.source.name}: ${message}` };
}

/** The changes for any rows of the slot; undefined where one takes rows of its own from all over the weight. */
function prepareRows(
  slot: WeightSlot,
  changes: readonly SlotChange[],
  failures: BindFailure[],
): RowChange[] | undefined {
  if (changes.some(({ rows }) => rows)) return undefined;
  const prepared: RowChange[] = [];
  for (const change of changes) {
    const { module, lora, strength } = change;
    const rows = prepareChange(module.tensors, slot.shape, strength, lora.dyn);
    if (rows.ok) prepared.push(rows.value);
    else failures.push(failureOf(change, rows.problem.message));
  }
  return prepared;
}

/** Fewest rows at a time where the matrix has to be turned: they are neighbours there, and share cache lines. */
const TURNED_ROWS = 16;

const scratch = createScratch();

function changeInBlocks(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly RowChange[],
  into: SlotArray,
): void {
  visitChanged(file, slot, changes, (block, first) => storeRows(slot, block, first, into));
}

/** Reads W0 some rows at a time in PyTorch layout, changes them, and shows them: `block` is `[rows, everything else]`. */
export function visitChanged(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly RowChange[],
  visit: (block: Float64Array, first: number) => void,
): void {
  const [rows, ...others] = slot.shape;
  const width = others.reduce((a, b) => a * b, 1);
  // Rows of a matrix that is stored the other way round lie all over it.
  const turned = slot.storedLayout === 'torch' ? undefined : file.values(slot.tensor);
  const together = changes.reduce((all, change) => Math.min(rows, leastMultiple(all, change.together)), 1);
  const fewest = !turned && slot.layout === 'torch' ? 1 : TURNED_ROWS;
  const count = Math.max(rowsAtATime(together, width), together * Math.ceil(fewest / together));
  for (let first = 0; first < rows; first += count) {
    const length = Math.min(count, rows - first) * width;
    const block = scratch(length);
    if (turned) turnRowsIn(turned, rows, width, first, block);
    else file.copyPart(slot.tensor, first * width, block);
    for (const change of changes) changeRows(change, block, length / width, first);
    visit(block, first);
  }
}

function leastMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** Rows of a matrix that is stored `[inner, out]`. */
function turnRowsIn(
  stored: Float64Array,
  rows: number,
  width: number,
  first: number,
  block: Float64Array,
): void {
  const count = block.length / width;
  for (let column = 0; column < width; column++)
    for (let row = 0, from = column * rows + first; row < count; row++, from++)
      block[row * width + column] = stored[from];
}

/** W0 of a slot in PyTorch layout, read from disk. */
export function torchWeight(file: ModelFile, slot: WeightSlot): Tensor64 {
  const stored = file.values(slot.tensor);
  const [out, inner] = slot.shape;
  return { shape: slot.shape, data: slot.storedLayout === 'torch' ? stored : transpose(stored, inner, out) };
}

/** Rounds rows of the value, from `first` on, to where the graph wants them. */
function storeRows(slot: WeightSlot, block: Float64Array, first: number, into: SlotArray): void {
  const rows = slot.shape[0];
  const width = into.length / rows;
  const isHalf = into instanceof Uint16Array;
  if (slot.layout === 'torch') {
    const at = first * width;
    if (!isHalf) into.set(block, at);
    else for (let i = 0; i < block.length; i++) into[at + i] = encodeF16(block[i]);
    return;
  }
  const count = block.length / width;
  for (let column = 0; column < width; column++)
    for (let row = 0, to = column * rows + first; row < count; row++, to++) {
      const value = block[row * width + column];
      into[to] = isHalf ? encodeF16(value) : value;
    }
}

import { encodeF16 } from '../../../formats/elements';
import { ELEMENT, type WeightSlot } from '../../../formats/onnx/index';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import { changeRows, type RowChange, rowsAtATime } from '../../lora/kinds/kind';
import { mergeBias, mergeWeight, prepareChange } from '../../lora/mergeModule';
import { createScratch } from '../../lora/product';
import { putRows, type Tensor64, takeRows, transpose } from '../../lora/tensor';
import { type BindFailure, failureOf } from './outcome';

/** A slot's value where it is fed: float32, or half precision bits. */
export type SlotArray = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** An array for the slot's value. Throws for element types other than float32 and float16: `canFeed` tells them. */
export function slotArray(slot: WeightSlot): SlotArray {
  const count = slot.dims.reduce((a, b) => a * b, 1);
  if (slot.elementType === ELEMENT.float) return new Float32Array(count);
  if (slot.elementType === ELEMENT.float16) return new Uint16Array(count);
  throw new Error(`${slot.path} is read as element type ${slot.elementType}`);
}

/**
 * Computes a slot's merged weight in float64 from W0 on disk, one LoRA after the other, and rounds it once: for all kinds
 * without low-rank factors, and for biases and norms. Rows are read, changed and rounded in blocks that stay in the CPU's
 * caches. A module that does not fit is left out and returned as a failure.
 */
export function mergeFloat64(
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

/** The merged weight before it is rounded, in PyTorch layout. */
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

/** The changes, ready for any block of rows; undefined where one changes only some rows of a packed weight. */
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

/** Fewest rows of a block where the matrix is stored transposed: its rows are then neighbours in memory and share cache lines. */
const TRANSPOSED_ROWS = 16;

const scratch = createScratch();

function changeInBlocks(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly RowChange[],
  into: SlotArray,
): void {
  visitChanged(file, slot, changes, (block, first) => storeRows(slot, block, first, into));
}

/** Reads W0 in blocks of rows in PyTorch layout, changes each, and passes it on: `block` is `[rows, everything else]`. */
export function visitChanged(
  file: ModelFile,
  slot: WeightSlot,
  changes: readonly RowChange[],
  visit: (block: Float64Array, first: number) => void,
): void {
  const [rows, ...others] = slot.shape;
  const width = others.reduce((a, b) => a * b, 1);
  // Rows of a matrix that is stored transposed are not contiguous: it is read whole.
  const transposed = slot.storedLayout === 'torch' ? undefined : file.values(slot.tensor);
  const together = changes.reduce((all, change) => Math.min(rows!, leastMultiple(all, change.together)), 1);
  const fewest = !transposed && slot.layout === 'torch' ? 1 : TRANSPOSED_ROWS;
  const count = Math.max(rowsAtATime(together, width), together * Math.ceil(fewest / together));
  for (let first = 0; first < rows!; first += count) {
    const length = Math.min(count, rows! - first) * width;
    const block = scratch(length);
    if (transposed) readTransposedRows(transposed, rows!, width, first, block);
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

/** Reads rows of a matrix that is stored `[inner, out]`. */
function readTransposedRows(
  stored: Float64Array,
  rows: number,
  width: number,
  first: number,
  block: Float64Array,
): void {
  const count = block.length / width;
  for (let column = 0; column < width; column++)
    for (let row = 0, from = column * rows + first; row < count; row++, from++)
      block[row * width + column] = stored[from]!;
}

/** W0 of a slot in PyTorch layout, read from disk. */
export function torchWeight(file: ModelFile, slot: WeightSlot): Tensor64 {
  const stored = file.values(slot.tensor);
  const [out, inner] = slot.shape as [number, number];
  return { shape: slot.shape, data: slot.storedLayout === 'torch' ? stored : transpose(stored, inner, out) };
}

/** Rounds rows of the value, from `first` on, into the array in the layout that the graph reads. */
function storeRows(slot: WeightSlot, block: Float64Array, first: number, into: SlotArray): void {
  const rows = slot.shape[0]!;
  const width = into.length / rows;
  const isHalf = into instanceof Uint16Array;
  if (slot.layout === 'torch') {
    const at = first * width;
    if (!isHalf) into.set(block, at);
    else for (let i = 0; i < block.length; i++) into[at + i] = encodeF16(block[i]!);
    return;
  }
  const count = block.length / width;
  for (let column = 0; column < width; column++)
    for (let row = 0, to = column * rows + first; row < count; row++, to++) {
      const value = block[row * width + column]!;
      into[to] = isHalf ? encodeF16(value) : value;
    }
}

import type { WeightSlot } from '../../../formats/onnx/index';
import { type SlotChange, shapeOf } from '../../lora/assign';
import { ranksUsed } from '../../lora/kinds/dyn';
import type { LowRank } from '../../lora/kinds/kind';
import { Tensor } from '../../runtime/session';
import { matrixSides } from '../slots';

/** The low-rank factors of several LoRAs, stacked along the rank: `down` `[rank, in·kernel]`, `up` `[rank, out]`, `scale` `[rank, 1]`. */
export interface StackedFactors {
  readonly rank: number;
  readonly down: Tensor;
  readonly up: Tensor;
  readonly scale: Tensor;
}

interface Stack {
  /** Which factors, without their strengths. */
  readonly key: string;
  readonly rank: number;
  readonly down: Tensor;
  readonly up: Tensor;
}

/**
 * Stacks the factors of a slot's changes. Strengths go into `scale` alone, so that another strength, for a whole LoRA, for
 * some blocks or from step to step, copies no factors. One stacker per slot: it caches the last stack. `emptyRank` is the
 * rank without changes: 0, or 1 (of zeros) where an operator does not take 0.
 */
export function createStacker(shape: readonly number[], emptyRank: 0 | 1 = 0) {
  const out = shape[0]!;
  const inner = shape.slice(1).reduce((a, b) => a * b, 1);
  const empty: Stack = {
    key: '',
    rank: emptyRank,
    down: new Tensor('float32', new Float32Array(emptyRank * inner), [emptyRank, inner]),
    up: new Tensor('float32', new Float32Array(emptyRank * out), [emptyRank, out]),
  };
  let last = empty;
  return (changes: readonly SlotChange[]): StackedFactors => {
    const parts = changes.map(({ module, lora, strength, rows }): Part => {
      const factors = module.lowRank(rows ? [rows.length, ...shape.slice(1)] : shape);
      if (!factors.ok) throw new Error(`factors that were not checked: ${factors.problem.message}`);
      const rank = ranksUsed(module.tensors, factors.value.rank, lora.dyn);
      return { factors: factors.value, rank, rows, by: strength * factors.value.scale };
    });
    const key = changes
      .map(({ lora, module }) => `${lora.file.identity}|${module.source.name}|${lora.dyn ?? ''}`)
      .join('\n');
    const filled = parts.reduce((sum, part) => sum + part.rank, 0);
    const rank = filled === 0 ? emptyRank : filled;
    if (last.key !== key) {
      if (filled === 0) last = { ...empty, key };
      else {
        const down = joinRows(parts, ({ factors }) => factors.down, inner, rank);
        const up = joinRows(parts, (part) => upOf(part, out), out, rank);
        last = {
          key,
          rank,
          down: new Tensor('float32', down, [rank, inner]),
          up: new Tensor('float32', up, [rank, out]),
        };
      }
    }
    const scale = new Float32Array(rank);
    let row = 0;
    for (const part of parts) {
      scale.fill(part.by, row, row + part.rank);
      row += part.rank;
    }
    return { rank, down: last.down, up: last.up, scale: new Tensor('float32', scale, [rank, 1]) };
  };
}

/** One LoRA's rows of a stack. Its numbers are read only when a new stack is made. */
interface Part {
  readonly factors: LowRank;
  /** How many of its ranks are used. */
  readonly rank: number;
  readonly rows?: readonly number[];
  readonly by: number;
}

/** A LoRA's up factor; one that changes some rows of a packed weight gets zeros in the others. */
function upOf({ factors: { up, rank }, rows }: Part, out: number): Float32Array {
  if (!rows) return up;
  const whole = new Float32Array(rank * out);
  for (let r = 0; r < rank; r++)
    for (const [from, to] of rows.entries()) whole[r * out + to] = up[r * rows.length + from]!;
  return whole;
}

/** The parts' rows in one array; a single part's array is used as it is, without a copy. */
function joinRows(
  parts: readonly Part[],
  of: (part: Part) => Float32Array,
  width: number,
  rank: number,
): Float32Array {
  if (parts.length === 1) {
    const only = of(parts[0]!);
    return only.length === rank * width ? only : only.slice(0, rank * width);
  }
  const rows = new Float32Array(rank * width);
  let at = 0;
  for (const part of parts) {
    rows.set(of(part).subarray(0, part.rank * width), at);
    at += part.rank * width;
  }
  return rows;
}

/** Ranks that the changes of a slot stack up to; undefined where one of them has no low-rank factors. */
export function stackedRank(slot: WeightSlot, changes: readonly SlotChange[]): number | undefined {
  let rank = 0;
  for (const { module, lora, rows } of changes) {
    if (!module.isLowRank) return undefined;
    const factors = module.lowRank(shapeOf(slot, rows));
    if (!factors.ok) return undefined;
    rank += ranksUsed(module.tensors, factors.value.rank, lora.dyn);
  }
  return rank;
}

/** True when the changes of a conditional slot run as its LoRA branch, and not as a merged weight. */
export function usesBranch(
  { hasBranch, branchShare }: { readonly hasBranch: boolean; readonly branchShare: number },
  slot: WeightSlot,
  changes: readonly SlotChange[],
): boolean {
  const rank = hasBranch ? stackedRank(slot, changes) : undefined;
  const [out, inner] = matrixSides(slot);
  return rank !== undefined && rank * (out + inner) <= branchShare * out * inner;
}

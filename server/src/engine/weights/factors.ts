import type { SlotChange } from '../lora/assign';
import { ranksUsed } from '../lora/kinds/dyn';
import type { LowRank } from '../lora/kinds/kind';
import { Tensor } from '../runtime/session';

/** The factors of several networks one under the other: `down` `[rank, in·kernel]`, `up` `[rank, out]`, `scale` `[rank, 1]`. */
export interface StackedFactors {
  readonly rank: number;
  readonly down: Tensor;
  readonly up: Tensor;
  readonly scale: Tensor;
}

interface Stack {
  /** Which factors, without their weights. */
  readonly key: string;
  readonly rank: number;
  readonly down: Tensor;
  readonly up: Tensor;
}

/**
 * Stacks the factors of a slot's changes; the weights go into `scale` alone, so that a change of weight copies nothing.
 * One stacker per slot: it keeps the last stack. `emptyRank` is the rank of no change at all: 0, or 1 (of zeros) where
 * an operator does not take 0.
 */
export function createStacker(shape: readonly number[], emptyRank: 0 | 1 = 0) {
  const out = shape[0];
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
      if (!factors.ok) throw new Error(`unplaced factors: ${factors.problem.message}`);
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

/** One network's share of a stack. Its numbers are not touched unless a new stack is made of them. */
interface Part {
  readonly factors: LowRank;
  /** How many of its ranks are used. */
  readonly rank: number;
  readonly rows?: readonly number[];
  readonly by: number;
}

/** A network's factor towards the outputs; one of some rows of the weight gets zeros in the others. */
function upOf({ factors: { up, rank }, rows }: Part, out: number): Float32Array {
  if (!rows) return up;
  const whole = new Float32Array(rank * out);
  for (let r = 0; r < rank; r++)
    for (const [from, to] of rows.entries()) whole[r * out + to] = up[r * rows.length + from];
  return whole;
}

/** One below the other; a single one is the array itself, which is then in use and not read again. */
function joinRows(
  parts: readonly Part[],
  of: (part: Part) => Float32Array,
  width: number,
  rank: number,
): Float32Array {
  if (parts.length === 1) {
    const only = of(parts[0]);
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

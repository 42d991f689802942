import { type Result, success } from '../../../shared/problem';
import { addProduct, createScratch, rowsOf } from '../product';
import { invert, multiply, sizeOf, type Tensor64, transpose } from '../tensor';
import { type LoraKind, type ModuleTensors, malformed, misfit, type RowChange } from './kind';
import { turnRows } from './rotation';

/**
 * OFT as PEFT stores it, in three generations of `tuners/oft/layer.py`. All rotate one side of W by blocks made of skew
 * matrices:
 *
 * - until 0.13: `oft_r` `[k, n, n]` turns the outputs, W′ = Dᵀ·W;
 * - 0.14 and 0.15: `oft_r` `[k, n, n]` turns the inputs and `oft_s` `[out, 1]` scales the outputs, W′ = (W·Dᵀ) ⊙ s;
 * - since 0.16: `oft_R` `[k, n(n−1)/2]`, the upper triangles, turns the inputs, W′ = W·Dᵀ.
 *
 * BOFT with one factor, `boft_R` `[1, k, n, n]` and `boft_s` `[out, 1]` (`tuners/boft/layer.py`), is the second of these.
 *
 * A single block serves the whole side. A convolution's kernel belongs to its inputs.
 */
export const peftOft: LoraKind = {
  name: 'oft',
  matches: (tensors) => tensors.has('oft_r') || tensors.get('boft_r')?.shape[0] === 1,
  prepare(tensors, shape, strength) {
    const stored = tensors.get('oft_r') ?? onlyFactor(tensors.get('boft_r'));
    const scale = tensors.get('oft_s') ?? tensors.get('boft_s');
    const rows = shape[0]!;
    const columns = sizeOf(shape) / rows;
    const blocks = stored && blocksOf(stored);
    if (!blocks) return malformed('its blocks are not square');
    const { count, n } = blocks;
    const onOutput = stored.shape.length === 3 && !scale;
    const side = onOutput ? rows : columns;
    // The oldest rounds a block's size up and cuts what stands over; the later ones choose a size that divides.
    const fits = onOutput ? count * n >= side! && (count - 1) * n < side! : count * n === side;
    if (!(fits || (count === 1 && (onOutput || side! % n === 0)))) return misfit(stored.shape, shape);
    if (scale && scale.data.length !== rows) return misfit(scale.shape, shape);
    const turns = turnsOf(tensors, blocks, rows, side);
    if (!turns.ok) return turns;
    return success(
      onOutput
        ? turningRows(turns.value, n, columns, strength)
        : turningColumns(turns.value, n, columns, scale?.data, strength),
    );
  },
};

/** The blocks `[k, n, n]` of a BOFT with one factor, whose rows are in their own order. */
function onlyFactor(stored: Tensor64 | undefined): Tensor64 | undefined {
  return stored && { shape: stored.shape.slice(1), data: stored.data };
}

/** W′ = Dᵀ·W, strengthened: I + s(Dᵀ − I). */
function turningRows(turns: readonly Float64Array[], n: number, width: number, strength: number): RowChange {
  const strengthened = turns.map((turn) =>
    transpose(turn, n, n).map((value, i) => strength * value + (i % (n + 1) === 0 ? 1 - strength : 0)),
  );
  return {
    together: n,
    apply(block, first) {
      for (let at = 0; at < block.length; at += n * width) {
        const rows = Math.min(n, (block.length - at) / width);
        const turn = strengthened.length === 1 ? strengthened[0] : strengthened[(first + at / width) / n];
        turnRows(block, at, width, rows, turn!, n);
      }
    },
  };
}

const scratch = createScratch();

/** W′ = (W·Dᵀ) ⊙ scale, strengthened: s times that, and what is left of W. */
function turningColumns(
  turns: readonly Float64Array[],
  n: number,
  width: number,
  scale: Float64Array | undefined,
  strength: number,
): RowChange {
  const turned = turns.map((turn) => transpose(turn, n, n));
  return {
    together: 1,
    apply(block, first) {
      const kept = scratch(block.length);
      for (let at = 0, row = first; at < block.length; row++) {
        const by = strength * (scale ? scale[row]! : 1);
        for (const end = at + width; at < end; at++) {
          kept[at] = by * block[at]!;
          block[at]! *= 1 - strength;
        }
      }
      for (let from = 0, index = 0; from < width; from += n, index++) {
        const turn = turned.length === 1 ? turned[0] : turned[index];
        const rows = block.length / width;
        addProduct(rowsOf(block, width, from), rowsOf(kept, width, from), rowsOf(turn!, n), rows, n, n);
      }
    },
  };
}

interface Blocks {
  readonly count: number;
  readonly n: number;
  /** `[count, n, n]`. */
  readonly skew: Float64Array;
  /** Length of each block as stored, which is what a constraint measures. */
  readonly lengths: readonly number[];
  readonly isTriangle: boolean;
}

/** The skew matrices of a module: halves of B − Bᵀ, or upper triangles put in their places. */
function blocksOf({ shape, data }: Tensor64): Blocks | undefined {
  const isTriangle = shape.length === 2;
  const [count, width] = shape as [number, number];
  const n = isTriangle ? Math.round((1 + Math.sqrt(1 + 8 * width)) / 2) : width;
  if (isTriangle ? (n! * (n! - 1)) / 2 !== width : shape.length !== 3 || shape[2] !== n) return undefined;
  if (!count || !n || data.length !== shape.reduce((a, b) => a * b, 1)) return undefined;
  const skew = new Float64Array(count * n * n);
  const lengths: number[] = [];
  let at = 0;
  for (let block = 0; block < count; block++) {
    const base = block * n * n;
    for (let row = 0; row < n; row++)
      for (let column = row + 1; column < n; column++) {
        const [here, there] = [base + row * n + column, base + column * n + row];
        const value = isTriangle ? data[at++] : (data[here]! - data[there]!) / 2;
        skew[here] = value!;
        skew[there] = -value!;
      }
    lengths.push(normOf((isTriangle ? skew : data).subarray(base, base + n * n)));
  }
  return { count, n, skew, lengths, isTriangle };
}

/** D of every block: Cayley's (I − S)(I + S)⁻¹, or the sum of powers that PEFT takes for it since 0.16. */
function turnsOf(
  tensors: ModuleTensors,
  blocks: Blocks,
  outputs: number,
  side: number,
): Result<Float64Array[]> {
  const { count, n, skew, lengths, isTriangle } = blocks;
  const settings = tensors.peft?.oft;
  const terms = isTriangle ? (settings ? settings.terms : 5) : undefined;
  const limit = limitOf(settings?.limit, blocks, Math.ceil(outputs / Math.ceil(side / n)));
  const turns: Float64Array[] = [];
  for (let block = 0; block < count; block++) {
    const s = skew.slice(block * n * n, (block + 1) * n * n);
    if (lengths[block]! > limit) for (let i = 0; i < s.length; i++) s[i]! *= limit / lengths[block]!;
    const turn = terms === undefined ? cayley(s, n) : powers(s, n, terms);
    if (!turn) return malformed('a block has no rotation');
    turns.push(turn);
  }
  return success(turns);
}

/**
 * How long a stored block may be where the configuration constrains it (`coft`). The older generations grow the limit
 * with the square of the outputs that go with a block, whichever side is turned.
 */
function limitOf(epsilon: number | undefined, { count, isTriangle }: Blocks, outputs: number): number {
  if (epsilon === undefined) return Number.POSITIVE_INFINITY;
  return (epsilon * (isTriangle ? 1 : outputs ** 2)) / Math.sqrt(count);
}

function cayley(s: Float64Array, n: number): Float64Array | undefined {
  const unit = (i: number) => (i % (n + 1) === 0 ? 1 : 0);
  const inverse = invert(
    s.map((value, i) => unit(i) + value),
    n,
  );
  return (
    inverse &&
    multiply(
      s.map((value, i) => unit(i) - value),
      inverse,
      n,
      n,
      n,
    )
  );
}

/** I + 2S + 2S² + … + Sᵗ⁻¹, as `_cayley_batch` adds it up; below three terms it leaves out the powers. */
function powers(s: Float64Array, n: number, terms: number): Float64Array {
  const sum = Float64Array.from(s, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const add = (power: Float64Array, factor: number) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += factor * power[i]!;
  };
  if (terms > 1) add(s, 2);
  if (terms > 2) {
    let power: Float64Array = multiply(s, s, n, n, n);
    add(power, 2);
    for (let term = 3; term < terms - 1; term++) {
      power = multiply(power, s, n, n, n);
      add(power, 2);
    }
    add(multiply(power, s, n, n, n), 1);
  }
  return sum;
}

function normOf(data: Float64Array): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}

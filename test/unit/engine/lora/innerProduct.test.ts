import { describe, expect, it } from 'vitest';
import * as steps from '../../../../server/src/engine/lora/innerProduct';
import { atOnce } from '../../../../server/src/engine/lora/steps';
import { numbers } from '../support';

type Change = steps.Change;
const innerProduct = (a: Change, b: Change) => atOnce(steps.innerProduct(a, b));
const squaredNorm = (change: Change) => atOnce(steps.squaredNorm(change));

/** A change by low-rank factors, in the two forms changes have. */
function changeOf(out: number, inner: number, rank: number, seed: number, strength = 1) {
  const up = Float32Array.from(numbers(rank * out, seed));
  const down = Float32Array.from(numbers(rank * inner, seed + 1));
  const scale = 0.5;
  const data = new Float64Array(out * inner);
  for (let r = 0; r < rank; r++)
    for (let i = 0; i < data.length; i++)
      data[i]! += strength * scale * up[r * out + Math.floor(i / inner)]! * down[r * inner + (i % inner)]!;
  return {
    data,
    dense: { kind: 'dense', data } as Change,
    thin: { kind: 'thin', factors: { rank, up, down, scale }, rank, strength } as Change,
  };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('the inner product of two changes', () => {
  it.each([
    [1, 1, 13, 11],
    [2, 4, 6, 4],
    [5, 7, 13, 11],
    // So large that it is not multiplied in one go.
    [9, 3, 701, 500],
  ])(
    'is that of all their numbers, whichever way they are stored: ranks %d and %d, %d×%d',
    (m, n, out, inner) => {
      const [a, b] = [changeOf(out, inner, m, 3, -0.5), changeOf(out, inner, n, 77, 2)];
      const expected = dot(a.data, b.data);
      const close = (value: number, wanted: number) => expect(value / wanted).toBeCloseTo(1, 9);
      close(innerProduct(a.thin, b.thin), expected);
      close(innerProduct(a.thin, b.dense), expected);
      close(innerProduct(a.dense, b.thin), expected);
      close(innerProduct(a.dense, b.dense), expected);
      close(squaredNorm(a.thin), dot(a.data, a.data));
      close(squaredNorm(a.dense), dot(a.data, a.data));
    },
  );

  it('counts only the ranks that are used', () => {
    const { thin } = changeOf(6, 4, 2, 3);
    if (thin.kind !== 'thin') throw new Error(thin.kind);
    const { up, down } = thin.factors;
    const factors = { ...thin.factors, rank: 1, up: up.subarray(0, 6), down: down.subarray(0, 4) };
    expect(squaredNorm({ ...thin, rank: 1 })).toBeCloseTo(squaredNorm({ ...thin, factors, rank: 1 }), 12);
    const other = changeOf(6, 4, 3, 9);
    expect(innerProduct({ ...thin, rank: 1 }, other.dense)).toBeCloseTo(
      innerProduct({ ...thin, factors, rank: 1 }, other.thin),
      12,
    );
  });
});

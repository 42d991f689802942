import { describe, expect, it } from 'vitest';
import { applyEmphasis, phaseIndex } from '../../../../server/src/numerics/conditioning';
import { expectClose } from '../../engine/golden';

const hidden = () => Float32Array.from([1, 2, 3, 4, -1, 2]);
const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('emphasis', () => {
  it('multiplies rows, and keeps the mean with Original', () => {
    const plain = hidden();
    applyEmphasis(plain, [1, 2, 0.5], 'No norm');
    expectClose(plain, [1, 2, 6, 8, -0.5, 1], 1e-6);
    const original = hidden();
    applyEmphasis(original, [1, 2, 0.5], 'Original');
    expectClose([mean(original)], [mean(hidden())], 1e-6);
    expectClose([original[2]! / original[0]!], [6], 1e-6);
  });

  it('does nothing with Ignore or with weights of 1', () => {
    for (const [weights, emphasis] of [
      [[1, 2, 0.5], 'Ignore'],
      [[1, 1, 1], 'Original'],
    ] as const) {
      const values = hidden();
      applyEmphasis(values, weights, emphasis);
      expect(values).toEqual(hidden());
    }
  });
});

describe('phase of an edited prompt', () => {
  const at = (ends: number[], evaluation: number) => phaseIndex(ends, { evaluation });
  it('lasts until the count of model evaluations is past its end', () => {
    expect([0, 10, 11, 19].map((evaluation) => at([10, 20], evaluation))).toEqual([0, 0, 1, 1]);
  });
  it('is the first one again past the last end', () => {
    expect(at([5, 10], 15)).toBe(0);
    expect(at([], 3)).toBe(0);
  });
});

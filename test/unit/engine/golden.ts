import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Reads a golden file of test/golden. */
export function golden<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../golden/${path}`, import.meta.url), 'utf8')) as T;
}

/**
 * Expects every number within `tolerance` of the wanted one, absolutely up to 1 and relatively above. One message names
 * the worst index, where vitest's own would print every element.
 */
export function expectClose(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what = '',
): void {
  expect(actual.length, `${what}: length`).toBe(wanted.length);
  let worst = 0;
  let at = -1;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(actual[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!));
    if (!(difference <= worst)) {
      worst = difference;
      at = i;
    }
  }
  if (!(worst <= tolerance))
    expect.fail(
      `${what}: index ${at} is ${actual[at]}, wanted ${wanted[at]} (off by ${worst}, allowed ${tolerance})`,
    );
}

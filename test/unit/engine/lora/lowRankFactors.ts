import { expect } from 'vitest';
import type { LoraKind, ModuleTensors } from '../../../../server/src/engine/lora/kinds/kind';
import { mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import { multiply, sizeOf, transpose } from '../../../../server/src/engine/lora/tensor';
import { distance } from '../support';

/** Expects that a module's low-rank factors have that rank and, multiplied out, are what its kind does to a weight of zeros. */
export function expectThin(
  kind: LoraKind,
  module: ModuleTensors,
  shape: readonly number[],
  rank: number,
): void {
  const [rows, width] = [shape[0]!, sizeOf(shape.slice(1))];
  expect(kind.isThin!(module)).toBe(true);
  const thin = kind.lowRank!(module, shape);
  if (!thin.ok) throw new Error(thin.problem.message);
  const { up, down, scale } = thin.value;
  expect(thin.value.rank).toBe(rank);
  const upper = transpose(new Float64Array(up), rank, rows);
  const change = multiply(upper, new Float64Array(down), rows, rank, width);
  const merged = mergeWeight({ shape, data: new Float64Array(rows * width) }, module, 1);
  if (!merged.ok) throw new Error(merged.problem.message);
  expect(merged.value.data.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  expect(
    distance(
      change.map((value) => value * scale),
      merged.value.data,
    ),
  ).toBeLessThan(1e-5);
}

import { describe, expect, it } from 'vitest';
import type { ModuleTensors } from '../../../../server/src/engine/lora/kinds/kind';
import { splitLora } from '../../../../server/src/engine/lora/kinds/splitLora';
import { deltaOf, mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import type { Tensor64 } from '../../../../server/src/engine/lora/tensor';
import { distance, numbers } from '../support';

const tensor = (shape: number[], seed: number): Tensor64 => ({
  shape,
  data: Float64Array.from(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    Math.fround,
  ),
});
const moduleOf = (entries: Readonly<Record<string, Tensor64>>): ModuleTensors => ({
  has: (name) => name in entries,
  get: (name) => entries[name],
});
const ALPHA: Tensor64 = { shape: [], data: Float64Array.of(1) };

/** Outputs and rank of each part; they may differ. */
const PARTS = [
  [4, 2],
  [3, 1],
  [5, 2],
] as const;
const INPUTS = 6;
const parts = PARTS.map(([out, rank], index) => ({
  down: tensor([rank, INPUTS], 10 + index),
  up: tensor([out, rank], 20 + index),
}));
const split = moduleOf({
  alpha: ALPHA,
  ...Object.fromEntries(
    parts.flatMap(({ down, up }, index) => [
      [`lora_down.${index}`, down],
      [`lora_up.${index}`, up],
    ]),
  ),
});
const weight = tensor([12, INPUTS], 1);

describe('factors in parts', () => {
  it('change each its own rows, with its own rank’s scale', () => {
    const merged = mergeWeight(weight, split, 0.5);
    if (!merged.ok) throw new Error(merged.problem.message);
    let row = 0;
    for (const { down, up } of parts) {
      const rows = up.shape[0];
      const own = { shape: [rows, INPUTS], data: weight.data.slice(row * INPUTS, (row + rows) * INPUTS) };
      const alone = mergeWeight(own, moduleOf({ lora_down: down, lora_up: up, alpha: ALPHA }), 0.5);
      if (!alone.ok) throw new Error(alone.problem.message);
      const actual = merged.value.data.slice(row * INPUTS, (row + rows) * INPUTS);
      expect(distance(actual, alone.value.data)).toBeLessThan(1e-7);
      row += rows;
    }
    expect(row).toBe(12);
  });

  it('are one pair of low-rank factors', () => {
    const thin = splitLora.lowRank!(split, [12, INPUTS]);
    if (!thin.ok) throw new Error(thin.problem.message);
    const { rank, down, up, scale } = thin.value;
    expect([rank, scale]).toEqual([5, 1]);
    const whole = moduleOf({
      lora_down: { shape: [rank, INPUTS], data: Float64Array.from(down) },
      lora_up: {
        shape: [12, rank],
        data: Float64Array.from({ length: 12 * rank }, (_, i) => up[(i % rank) * 12 + Math.floor(i / rank)]),
      },
    });
    const [left, right] = [deltaOf(weight, whole), deltaOf(weight, split)];
    if (!left.ok || !right.ok) throw new Error('no delta');
    expect(distance(left.value, right.value)).toBeLessThan(1e-12);
  });

  it('that do not make the weight’s shape are told', () => {
    expect(splitLora.lowRank!(split, [11, INPUTS])).toMatchObject({
      ok: false,
      problem: { code: 'lora-shape' },
    });
    const half = moduleOf({
      'lora_down.0': parts[0].down,
      'lora_up.0': parts[0].up,
      'lora_down.1': parts[1].down,
    });
    expect(splitLora.lowRank!(half, [7, INPUTS])).toMatchObject({
      ok: false,
      problem: { code: 'lora-module' },
    });
  });
});

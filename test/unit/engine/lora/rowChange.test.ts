import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PeftConfig } from '../../../../server/src/engine/lora/kinds/kind';
import { mergeWeight, prepareChange } from '../../../../server/src/engine/lora/mergeModule';
import { numbers } from '../support';
import { type Layer, moduleOf, type Nested, tensor } from './goldenCase';

interface Variation {
  readonly name: string;
  readonly weight_shape: readonly number[];
  readonly weight: Nested;
  readonly loras: readonly (Layer & { readonly peft?: PeftConfig })[];
}

const { cases } = JSON.parse(readFileSync('test/golden/merge/variations.json', 'utf8')) as {
  cases: Variation[];
};

function largest(left: Float64Array, right: Float64Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i])), 0);
}

describe('a change made to some rows at a time', () => {
  it.each(cases.map((row) => [row.name, row] as const))('%s', (_, { weight_shape: shape, weight, loras }) => {
    const [{ tensors, peft, strength }] = loras;
    const change = prepareChange(moduleOf(tensors, peft), shape, strength);
    if (!change.ok) throw new Error(change.problem.message);
    const { together, apply } = change.value;
    const whole = tensor(shape, weight).data;
    const pieces = whole.slice();
    apply(whole, 0);
    const width = whole.length / shape[0];
    for (let row = 0; row < shape[0]; row += together)
      apply(pieces.subarray(row * width, (row + together) * width), row);
    expect(largest(pieces, whole)).toBeLessThan(1e-12);
  });
});

const ROWS = 48;
const INPUTS = 1300;
const of = (shape: number[], seed: number, by = 0.2) => ({
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((value) => by * value),
});
const FACTORS = { 'lora_down.weight': of([7, INPUTS], 1), 'lora_up.weight': of([ROWS, 7], 2) };
const NETWORKS: Readonly<Record<string, Layer['tensors']>> = {
  lora: FACTORS,
  'dora by column': { ...FACTORS, dora_scale: of([1, INPUTS], 3) },
  'dora by row': { ...FACTORS, dora_scale: of([ROWS, 1], 3) },
  loha: {
    hada_w1_a: of([ROWS, 5], 1),
    hada_w1_b: of([5, INPUTS], 2),
    hada_w2_a: of([ROWS, 5], 3),
    hada_w2_b: of([5, INPUTS], 4),
  },
  lokr: { lokr_w1: of([4, 13], 1), lokr_w2: of([12, 100], 2) },
  glora: {
    'a1.weight': of([INPUTS, 3], 1),
    'a2.weight': of([3, INPUTS], 2),
    'b1.weight': of([ROWS, 3], 3),
    'b2.weight': of([3, INPUTS], 4),
  },
  oft: { oft_blocks: of([4, 12, 12], 1), rescale: of([ROWS, 1], 2) },
  boft: { oft_blocks: of([3, 12, 4, 4], 1) },
  'oft of PEFT': { 'oft_R.weight': of([130, 45], 1) },
  ia3: { weight: of([INPUTS], 1), on_input: { shape: [], data: [1] } },
};

describe('weights of more rows than are changed at a time', () => {
  it.each(Object.entries(NETWORKS))('%s', (_, tensors) => {
    const weight = tensor([ROWS, INPUTS], numbers(ROWS * INPUTS, 9));
    const module = moduleOf(tensors);
    const merged = mergeWeight(weight, module, 0.6);
    const change = prepareChange(module, weight.shape, 0.6);
    if (!merged.ok || !change.ok) throw new Error('no change');
    const whole = weight.data.slice();
    change.value.apply(whole, 0);
    expect(largest(merged.value.data, whole)).toBeLessThan(1e-12);
    expect(largest(whole, weight.data)).toBeGreaterThan(1e-3);
  });

  it.each([0.6, 1])(
    'can be left in the middle where all rows belong together, at strength %d',
    (strength) => {
      const weight = tensor([ROWS, INPUTS], numbers(ROWS * INPUTS, 9));
      const change = prepareChange(moduleOf(NETWORKS['dora by column']!), weight.shape, strength);
      if (!change.ok) throw new Error('no change');
      expect(change.value.together).toBe(ROWS);
      const [whole, left, other] = [0, 1, 2].map(() => weight.data.slice());
      change.value.apply(whole!, 0);
      let steps = 0;
      for (const _ of change.value.applying!(left!, 0)) {
        steps++;
        // What is done meanwhile leaves it alone.
        change.value.apply(other!, 0);
      }
      expect(steps).toBeGreaterThan(2);
      expect(left).toEqual(whole);
    },
  );
});
